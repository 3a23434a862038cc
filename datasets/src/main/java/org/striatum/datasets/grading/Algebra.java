package org.striatum.datasets.grading;

import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
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
    YES, NO,
    /// Not decided in this way.
    OPEN, TIME_LIMIT;

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
  /// Nobody says that Symja may answer two questions at once; few answers come so far.
  private static final ReentrantLock ONE_AT_A_TIME = new ReentrantLock();
  private static final long STEP = 20_000_000;
  private static final PrintStream NOWHERE = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
  private static final AtomicBoolean NUMBERS = new AtomicBoolean();
  private static final AtomicBoolean RULES = new AtomicBoolean();

  /// Nanoseconds left for questions.
  private long left;

  /// @param limit of the processor's time for all questions together; that of loading Symja, once a process, comes on top
  Algebra(Duration limit) {
    left = limit.toNanos();
  }

  /// What numbers to many digits need, loaded when they are first asked for.
  private static final class Numbers {
    static final boolean READY = load();

    private static boolean load() {
      // Symja's pools would keep the process alive for a minute.
      Config.JAS_NO_THREADS = true;
      Config.TIMECONSTRAINED_NO_THREAD = true;
      Config.THREAD_FACTORY = Thread.ofPlatform().daemon().name("algebra-", 0).factory();
      Config.MAX_AST_SIZE = 20_000;
      Config.MAX_BIT_LENGTH = 100_000;
      Config.MAX_POLYNOMIAL_DEGREE = 1000;
      EvalEngine engine = engine();
      IExpr numbers = F.Plus(F.Sqrt(F.C2), F.Log(F.C2), F.Sin(F.C1D2), F.Pi);
      return engine.evaluate(F.Less(F.C0, F.Abs(F.N(numbers, F.ZZ(DIGITS))))).isTrue();
    }
  }

  /// The rules of algebra, which few answers need.
  private static final class Rules {
    static final boolean READY = load();

    private static boolean load() {
      EvalEngine engine = engine();
      IExpr zero = F.Subtract(F.Plus(F.C1, F.Sqr(F.Tan(F.x))), F.Sqr(F.Sec(F.x)));
      vanishes(engine, F.Plus(zero, F.Sqrt(F.Plus(F.C2, F.x)), F.Log(F.C2)));
      return true;
    }
  }

  /// Whether an expression is zero wherever it has a value. Exact values and values to many digits at a few points decide nearly
  /// always, in milliseconds; algebra, which may take seconds, is asked about the rest.
  Outcome zero(Expr difference) {
    Optional<Boolean> exact = ExactPoints.zero(difference);
    if (exact.isPresent()) {
      return Outcome.of(exact.get());
    }
    Outcome numeric = steps(difference) && !MathForm.constant(difference)
        ? Outcome.OPEN // points say too little of steps
        : asked(engine -> atPoints(engine, difference));
    return numeric == Outcome.OPEN
        ? proved(engine -> Outcome.of(vanishes(engine, new Translation(0).of(difference))))
        : numeric;
  }

  /// Whether a quotient is a constant other than zero; a positive one, if asked.
  Outcome constant(Expr quotient, boolean positive) {
    Optional<Boolean> exact = ExactPoints.constant(quotient, positive);
    if (exact.isPresent()) {
      return Outcome.of(exact.get());
    }
    Outcome numeric = asked(engine -> constantAtPoints(engine, quotient, positive));
    return numeric == Outcome.OPEN
        ? proved(engine -> {
          IExpr value = engine.evaluate(F.Simplify(F.Together(new Translation(0).of(quotient))));
          return Outcome.of(value.isNumericFunction() && !value.isZero()
              && (!positive || engine.evaluate(F.Greater(value, F.C0)).isTrue()));
        })
        : numeric;
  }

  /// Whether it has one value at all points where it has any; open if these are too few, or if it has steps or complex values.
  private static Outcome constantAtPoints(EvalEngine engine, Expr quotient, boolean positive) {
    if (steps(quotient)) {
      return Outcome.OPEN;
    }
    List<IExpr> values = new ArrayList<>();
    for (int point = 1; point <= POINTS; point++) {
      IExpr value = engine.evaluate(F.N(new Translation(point).of(quotient), F.ZZ(DIGITS)));
      if (value.isReal()) {
        values.add(value);
      }
    }
    if (values.size() < FEWEST_POINTS) {
      return Outcome.OPEN;
    }
    IExpr first = values.getFirst();
    IExpr bound = F.Times(F.Abs(first), F.Power(F.C10, F.ZZ(-LARGEST_TERMS)));
    boolean constant = values.stream()
        .allMatch(value -> engine.evaluate(F.Less(F.Abs(F.Subtract(value, first)), bound)).isTrue());
    return Outcome.of(constant && (!positive || engine.evaluate(F.Greater(first, F.C0)).isTrue()));
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

  /// Whether it is zero to many digits where its variables are fractions of our choice, small and large; open where it has a value
  /// at too few of them. Points where its terms are so large that a difference would not show do not count.
  private static Outcome atPoints(EvalEngine engine, Expr difference) {
    boolean variables = !MathForm.constant(difference);
    int needed = !variables ? 1 : pieces(difference) ? POINTS : FEWEST_POINTS;
    int counted = 0;
    for (int point = 1; point <= POINTS && counted < needed; point++) {
      List<IExpr> terms = terms(engine, difference, point);
      IExpr sizes = F.Plus(terms.stream().map(F::Abs).toArray(IExpr[]::new));
      if (terms.stream().allMatch(IExpr::isNumber) && less(engine, sizes, LARGEST_TERMS)) {
        counted++;
        if (!less(engine, F.Abs(F.Plus(terms.toArray(IExpr[]::new))), -LARGEST_TERMS)) {
          return Outcome.NO;
        }
      }
    }
    return counted >= Math.min(needed, FEWEST_POINTS) ? Outcome.YES : Outcome.OPEN;
  }

  /// Whether a value is below a power of ten.
  private static boolean less(EvalEngine engine, IExpr value, int power) {
    return engine.evaluate(F.Less(value, F.Power(F.C10, F.ZZ(power)))).isTrue();
  }

  /// Whether it may be one function here and another there.
  private static boolean pieces(Expr expr) {
    return Expr.all(expr).anyMatch(part -> part instanceof Apply apply && switch (apply.head()) {
      case ABS, MAX, MIN, ARCSIN, ARCCOS, ARCTAN, LOG, LOG_TO_BASE -> true;
      case POWER -> !(apply.arg(1) instanceof Num exponent && exponent.whole()) && !MathForm.constant(apply.arg(0));
      default -> false;
    });
  }

  private static boolean steps(Expr expr) {
    return Expr.all(expr).anyMatch(part -> Expr.is(part, Head.FLOOR) || Expr.is(part, Head.CEILING)
        || Expr.is(part, Head.MOD) || Expr.is(part, Head.GCD) || Expr.is(part, Head.LCM));
  }

  /// The values of its terms at a point.
  private static List<IExpr> terms(EvalEngine engine, Expr difference, int point) {
    Translation fractions = new Translation(point);
    List<Expr> terms = Expr.is(difference, Head.SUM) ? Expr.parts(difference) : List.of(difference);
    return terms.stream().map(term -> engine.evaluate(F.N(fractions.of(term), F.ZZ(DIGITS)))).toList();
  }

  private interface Question {
    Outcome answer(EvalEngine engine);
  }

  /// Asked with the rules of algebra.
  private Outcome proved(Question question) {
    return loaded(RULES, () -> Rules.READY) ? asked(question) : Outcome.TIME_LIMIT;
  }

  private Outcome asked(Question question) {
    if (ABANDONED.get() >= MOST_ABANDONED || left <= 0 || !loaded(NUMBERS, () -> Numbers.READY)) {
      return Outcome.TIME_LIMIT;
    }
    AtomicReference<EvalEngine> engine = new AtomicReference<>();
    AtomicLong used = new AtomicLong(left);
    Optional<Outcome> answer = run(Outcome.NO, () -> {
      EvalEngine own = engine();
      engine.set(own);
      Outcome said = question.answer(own);
      used.set(THREADS.getCurrentThreadCpuTime());
      return said;
    }, left, engine);
    left -= used.get();
    return answer.orElse(Outcome.TIME_LIMIT);
  }

  /// Loads once a process, before the limit begins.
  private static boolean loaded(AtomicBoolean done, Callable<Boolean> load) {
    if (!done.get()) {
      done.set(run(false, load, LOADING.toNanos(), new AtomicReference<>()).orElse(false));
    }
    return done.get();
  }

  /// One for the current thread.
  private static EvalEngine engine() {
    EvalEngine engine = new EvalEngine(true);
    EvalEngine.set(engine);
    engine.setRecursionLimit(512);
    engine.setIterationLimit(2000);
    engine.setQuietMode(true);
    engine.setErrorPrintStream(NOWHERE); // where it writes of arguments that it refuses
    engine.setOutPrintStream(NOWHERE);
    return engine;
  }

  /// The result, or nothing if it took too long.
  ///
  /// @param failed the result of an evaluation that throws, which is no proof
  /// @param limit nanoseconds of the processor; of the clock, [#PATIENCE] times as many
  private static <T> Optional<T> run(T failed, Callable<T> work, long limit, AtomicReference<EvalEngine> engine) {
    ONE_AT_A_TIME.lock();
    try {
      return runAlone(failed, work, limit, engine);
    } finally {
      ONE_AT_A_TIME.unlock();
    }
  }

  private static <T> Optional<T> runAlone(T failed, Callable<T> work, long limit, AtomicReference<EvalEngine> engine) {
    FutureTask<T> task = new FutureTask<>(work);
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
    } catch (ExecutionException thrown) {
      if (thrown.getCause() instanceof LinkageError missing) {
        throw missing; // a jar that was left out and is needed: no matter of this pair
      }
      return Optional.of(failed);
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
