package org.striatum.datasets.grading;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.matheclipse.core.basic.Config;
import org.matheclipse.core.eval.EvalEngine;
import org.matheclipse.core.expression.F;
import org.matheclipse.core.expression.S;
import org.matheclipse.core.interfaces.IAST;
import org.matheclipse.core.interfaces.IExpr;
import org.matheclipse.core.interfaces.ISymbol;
import org.striatum.datasets.grading.Expr.Apply;
import org.striatum.datasets.grading.Expr.Head;
import org.striatum.datasets.grading.Expr.Name;
import org.striatum.datasets.grading.Expr.Num;

/// Symja behind one question: is this expression zero, or free of variables? It never sees a text: it is given trees built
/// from the operations of [Expr], with names of our own for variables.
///
/// An evaluation runs on a daemon thread. One that does not end in time is asked to stop and left alone, so that neither the
/// caller nor the end of the process waits for it; while too many of those still run, nothing more is evaluated.
final class Algebra {
  /// What became of a question.
  enum Outcome {
    YES, NO, TIME_LIMIT;

    static Outcome of(boolean yes) {
      return yes ? YES : NO;
    }
  }

  /// Threads that have not ended though asked to; more of them would take the machine.
  private static final int MOST_ABANDONED = 3;
  private static final Duration LOADING = Duration.ofMinutes(2);
  private static final int DIGITS = 80;
  /// As a power of ten: a difference of 10^(-35) shows below terms of 10^35.
  private static final int LARGEST_TERMS = 35;
  private static final int FEWEST_POINTS = 3;
  private static final int POINTS = 6;
  private static final int SMALL = 4;
  private static final AtomicInteger ABANDONED = new AtomicInteger();
  /// A limit is of the processor's time, so that a grade does not depend on what else the machine does.
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int PATIENCE = 5;
  private static final long STEP = 20_000_000;
  private static volatile boolean loaded;

  /// Nanoseconds left for questions.
  private long left;

  /// @param limit of the processor's time for all questions together; that of loading Symja, once a process, comes on top
  Algebra(Duration limit) {
    left = limit.toNanos();
  }

  /// Loaded when it is first needed: 1 to 3 s.
  private static final class Loaded {
    static final boolean READY = load();

    private static boolean load() {
      // Symja's pools would keep the process alive for a minute.
      Config.JAS_NO_THREADS = true;
      Config.TIMECONSTRAINED_NO_THREAD = true;
      Config.THREAD_FACTORY = Thread.ofPlatform().daemon().name("algebra-", 0).factory();
      Config.MAX_AST_SIZE = 20_000;
      Config.MAX_BIT_LENGTH = 100_000;
      Config.MAX_POLYNOMIAL_DEGREE = 1000;
      // Rules are loaded when they are first used.
      EvalEngine engine = engine();
      IExpr zero = F.Subtract(F.Plus(F.C1, F.Sqr(F.Tan(F.x))), F.Sqr(F.Sec(F.x)));
      return vanishes(engine, F.Plus(zero, F.Sqrt(F.Plus(F.C2, F.x)), F.Log(F.C2)))
          || engine.evaluate(F.N(F.Pi, F.ZZ(DIGITS)))
              .isNumber();
    }
  }

  /// Whether an expression is zero wherever it has a value. Exact values and values to many digits at a few points decide nearly
  /// always, in milliseconds; algebra, which may take seconds, is asked about the rest.
  Outcome zero(Expr difference) {
    return ExactPoints.zero(difference).map(Outcome::of).orElseGet(() -> asked(engine -> !differs(engine, difference)
        && (vanishesAtPoints(engine, difference) || vanishes(engine, new Translation(0).of(difference)))));
  }

  /// Whether a quotient is a constant other than zero; a positive one, if asked.
  Outcome constant(Expr quotient, boolean positive) {
    return ExactPoints.constant(quotient, positive).map(Outcome::of).orElseGet(() -> asked(engine -> {
      IExpr value = engine.evaluate(F.Simplify(F.Together(new Translation(0).of(quotient))));
      return value.isNumericFunction() && !value.isZero()
          && (!positive || engine.evaluate(F.Greater(value, F.C0)).isTrue());
    }));
  }

  /// Whether algebra brings it to zero.
  private static boolean vanishes(EvalEngine engine, IExpr value) {
    try {
      return engine.evaluate(F.Simplify(value)).isZero() || engine.evaluate(F.Together(F.ExpandAll(value))).isZero()
          || engine.evaluate(F.Simplify(F.TrigExpand(value))).isZero();
    } catch (RuntimeException _) {
      return false; // of Symja's own: no proof
    }
  }

  /// Whether it is zero to many digits where its variables are fractions of our choice, small and large: what algebra does not
  /// bring to zero may be zero still. Points where its terms are so large that a difference would not show do not count, and of
  /// steps, points say too little.
  private static boolean vanishesAtPoints(EvalEngine engine, Expr difference) {
    boolean variables = !MathForm.constant(difference);
    boolean steps = Expr.all(difference)
        .anyMatch(part -> Expr.is(part, Head.FLOOR) || Expr.is(part, Head.CEILING));
    int counted = 0;
    for (int point = 1; point <= (variables ? POINTS : 1); point++) {
      IExpr terms = terms(difference, point);
      if (engine.evaluate(F.Less(terms, F.Power(F.C10, F.ZZ(LARGEST_TERMS)))).isTrue()) {
        counted++;
        if (!engine.evaluate(F.Less(size(difference, point), F.Power(F.C10, F.ZZ(-LARGEST_TERMS)))).isTrue()) {
          return false;
        }
      }
    }
    return !(variables && steps) && counted >= (variables ? FEWEST_POINTS : 1);
  }

  /// Whether it has a value at the first point that is not zero, measured against its terms: no algebra is needed then.
  private static boolean differs(EvalEngine engine, Expr difference) {
    IExpr bound = F.Times(F.Plus(terms(difference, 1), F.C1), F.Power(F.C10, F.ZZ(-LARGEST_TERMS)));
    return engine.evaluate(F.Less(bound, size(difference, 1))).isTrue();
  }

  /// Its size at a point.
  private static IExpr size(Expr expr, int point) {
    return F.Abs(F.N(new Translation(point).of(expr), F.ZZ(DIGITS)));
  }

  /// The sizes of its terms together.
  private static IExpr terms(Expr difference, int point) {
    Translation fractions = new Translation(point);
    List<Expr> terms = Expr.is(difference, Head.SUM) ? Expr.parts(difference) : List.of(difference);
    return F.Plus(terms.stream().map(term -> F.Abs(F.N(fractions.of(term), F.ZZ(DIGITS)))).toArray(IExpr[]::new));
  }

  private interface Question {
    boolean answer(EvalEngine engine);
  }

  private Outcome asked(Question question) {
    if (ABANDONED.get() >= MOST_ABANDONED || left <= 0 || !loaded()) {
      return Outcome.TIME_LIMIT;
    }
    AtomicReference<EvalEngine> engine = new AtomicReference<>();
    AtomicLong used = new AtomicLong(left);
    Optional<Boolean> answer = run(() -> {
      EvalEngine own = engine();
      engine.set(own);
      boolean yes = question.answer(own);
      used.set(THREADS.getCurrentThreadCpuTime());
      return yes;
    }, left, engine);
    left -= used.get();
    return answer.map(Outcome::of).orElse(Outcome.TIME_LIMIT);
  }

  private static boolean loaded() {
    if (!loaded) {
      loaded = run(() -> Loaded.READY, LOADING.toNanos(), new AtomicReference<>()).orElse(false);
    }
    return loaded;
  }

  /// One for the current thread.
  private static EvalEngine engine() {
    EvalEngine engine = new EvalEngine(true);
    EvalEngine.set(engine);
    engine.setRecursionLimit(512);
    engine.setIterationLimit(2000);
    engine.setQuietMode(true);
    return engine;
  }

  /// The result, or nothing if it took too long. What an evaluation throws is no proof: false.
  ///
  /// @param limit nanoseconds of the processor; of the clock, [#PATIENCE] times as many
  private static Optional<Boolean> run(Callable<Boolean> work, long limit, AtomicReference<EvalEngine> engine) {
    FutureTask<Boolean> task = new FutureTask<>(work);
    Thread thread = Thread.ofPlatform().daemon().name("algebra").stackSize(16L << 20).start(task);
    long start = System.nanoTime();
    try {
      while (THREADS.getThreadCpuTime(thread.threadId()) <= limit && System.nanoTime() - start <= PATIENCE * limit) {
        try {
          return Optional.of(task.get(Math.min(limit, STEP), TimeUnit.NANOSECONDS));
        } catch (TimeoutException _) {
          // looked at again
        }
      }
      Optional.ofNullable(engine.get()).ifPresent(EvalEngine::stopRequest);
      thread.interrupt();
      abandon(thread);
      return Optional.empty();
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof LinkageError missing) {
        throw missing; // a jar that was left out and is needed: no matter of this pair
      }
      return Optional.of(false);
    } catch (InterruptedException _) {
      thread.interrupt();
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private static void abandon(Thread thread) {
    ABANDONED.incrementAndGet();
    Thread.ofPlatform().daemon().name("algebra-end").start(() -> {
      try {
        thread.join();
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
      ABANDONED.decrementAndGet();
    });
  }

  /// Trees as Symja's, with symbols `v1`, `f1`, … for the names of a text.
  private static final class Translation {
    private final Map<String, IExpr> variables = new HashMap<>();
    private final int point;

    /// @param point 0 for symbols, else which fractions stand for them
    Translation(int point) {
      this.point = point;
    }

    private final Map<String, ISymbol> functions = new HashMap<>();

    IExpr of(Expr expr) {
      return switch (expr) {
        case Num number -> F.QQ(F.ZZ(number.numerator()), F.ZZ(number.denominator()));
        case Name name -> switch (name.name()) {
          case "pi" -> F.Pi;
          case "e" -> F.E;
          case "i" -> F.CI;
          case "infty" -> F.CInfinity;
          default -> variable(name.name());
        };
        case Apply apply -> applied(apply);
        case Expr.Words words -> variable("'" + words.text());
        case Expr.Relation relation -> throw new IllegalArgumentException("no value: " + relation.signs());
      };
    }

    private IExpr variable(String name) {
      int index = variables.size();
      return variables.computeIfAbsent(name, _ -> point == 0
          ? F.Dummy("v" + index)
          : F.QQ((point % 2 == 0 ? -1L : 1L) * (point > SMALL ? 1000L : 1L) * (211L * point + 97L * index + 13), 181L));
    }

    private IExpr applied(Apply apply) {
      IExpr[] args = apply.args().stream().map(this::of).toArray(IExpr[]::new);
      return switch (apply.head()) {
        case SUM -> F.Plus(args);
        case PRODUCT -> F.Times(args);
        case POWER -> F.Power(args[0], args[1]);
        case FACTORIAL -> F.Factorial(args[0]);
        case BINOMIAL -> F.Binomial(args[0], args[1]);
        case ABS -> F.Abs(args[0]);
        case FLOOR -> F.Floor(args[0]);
        case CEILING -> F.Ceiling(args[0]);
        case LOG -> F.Log(args[0]);
        case LOG_TO_BASE -> F.Log(args[0], args[1]);
        case SIN -> F.Sin(args[0]);
        case COS -> F.Cos(args[0]);
        case TAN -> F.Tan(args[0]);
        case SEC -> F.Sec(args[0]);
        case CSC -> F.Csc(args[0]);
        case COT -> F.Cot(args[0]);
        case ARCSIN -> F.ArcSin(args[0]);
        case ARCCOS -> F.ArcCos(args[0]);
        case ARCTAN -> F.ArcTan(args[0]);
        case SINH -> F.Sinh(args[0]);
        case COSH -> F.Cosh(args[0]);
        case TANH -> F.Tanh(args[0]);
        case MAX -> F.ast(args, S.Max);
        case MIN -> F.ast(args, S.Min);
        case GCD -> F.ast(args, S.GCD);
        case LCM -> F.ast(args, S.LCM);
        case MOD -> F.Mod(args[0], args[1]);
        default -> opaque(apply, List.of(args));
      };
    }

    private IAST opaque(Apply apply, List<IExpr> args) {
      String key = apply.head() + "/" + args.size();
      ISymbol head = functions.computeIfAbsent(key, _ -> F.Dummy("f" + functions.size()));
      return F.ast(args.toArray(IExpr[]::new), head);
    }
  }
}
