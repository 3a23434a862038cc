"""Fits sparse paths with scikit-learn: the peer of org.striatum.probe.sparse.PathSolver.

Reads rows (F32, row-major) and outcomes (F64) from raw files, then answers one JSON request a line on standard input with
one JSON line on standard output. Each starts from the rows as they are: standardising is part of the work.

    {"lasso": [0.3, 0.2, ...], "tol": 1e-4}   lasso_path of the centred outcome with a precomputed Gram matrix
    {"logistic": [0.3, ...], "solver": "liblinear", "tol": 1e-4, "patience": 60}   L1-logistic regression point by point,
        saga with warm starts; given up after "patience" seconds, "gave_up" is then true
    "paths": 5 does it so many times
    "give": true adds "coefficients", (points, width), and "intercepts"; "checksum" sums |coefficients| over the path

    python paths.py --rows rows.f32 --outcomes outcomes.f64 --width 896 --threads 2
"""

import argparse
import json
import os
import sys
import time
import warnings


def standardised(rows, numpy):
    z = rows.astype(numpy.float64)
    z -= z.mean(axis=0)
    deviations = z.std(axis=0)
    z /= numpy.where(deviations == 0, 1, deviations)
    return z


def lasso(rows, outcomes, request, numpy):
    from sklearn.linear_model import lasso_path

    z = standardised(rows, numpy)
    y = outcomes - outcomes.mean()
    gram = z.T @ z
    _, coefficients, _ = lasso_path(z, y, alphas=request["lasso"], precompute=gram, Xy=z.T @ y, tol=request["tol"],
                                    max_iter=100_000)
    return coefficients.T, [outcomes.mean()] * len(request["lasso"]), False


def logistic(rows, outcomes, request, numpy):
    from sklearn.linear_model import LogisticRegression

    started = time.perf_counter()
    z = standardised(rows, numpy)
    liblinear = request["solver"] == "liblinear"
    # liblinear penalises its intercept, the less the larger its scaling; saga does not.
    model = LogisticRegression(penalty="l1", solver=request["solver"], tol=request["tol"], max_iter=100_000,
                               warm_start=not liblinear, intercept_scaling=100.0 if liblinear else 1.0, random_state=1)
    coefficients, intercepts = [], []
    for alpha in request["logistic"]:
        if time.perf_counter() - started > request["patience"]:
            return numpy.array(coefficients), intercepts, True
        model.set_params(C=1 / (len(outcomes) * alpha))
        model.fit(z, outcomes)
        coefficients.append(model.coef_[0].copy())
        intercepts.append(float(model.intercept_[0]))
    return numpy.array(coefficients), intercepts, False


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", required=True)
    parser.add_argument("--outcomes", required=True)
    parser.add_argument("--width", type=int, required=True)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(arguments.threads)  # read when the libraries load
    try:
        import numpy
        import sklearn
    except ImportError as missing:
        print(json.dumps({"missing": str(missing)}), flush=True)
        return
    warnings.filterwarnings("ignore")
    rows = numpy.fromfile(arguments.rows, numpy.float32).reshape(-1, arguments.width)
    outcomes = numpy.fromfile(arguments.outcomes, numpy.float64)
    print(json.dumps({"scikit-learn": sklearn.__version__}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        work = lasso if "lasso" in request else logistic
        started, cpu_started = time.perf_counter(), time.process_time()
        paths = request.get("paths", 1)
        for _ in range(paths):
            coefficients, intercepts, gave_up = work(rows, outcomes, request, numpy)
        answer = {"seconds": time.perf_counter() - started, "cpu": time.process_time() - cpu_started, "work": paths,
                  "checksum": float(abs(coefficients).sum()), "gave_up": gave_up}
        if request.get("give"):
            answer |= {"coefficients": coefficients.tolist(), "intercepts": intercepts}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
