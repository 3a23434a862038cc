package org.striatum.probe.value;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;

/// Products of matrices that lie in the heap, row-major, in single precision, by OpenBLAS on the calling thread. The arrays
/// are not copied: JavaCPP's own call copies each one, which costs as much as a third of these products.
final class HeapProducts {
  private static final int ROW_MAJOR = 101;
  private static final int AS_IT_IS = 111;
  private static final int TRANSPOSED = 112;
  private static final MethodHandle SGEMM = sgemm();

  private static int uses; // by whom one thread a product was asked for, and is not given back yet
  private static int threadsBefore;

  private HeapProducts() {}

  @SuppressWarnings("restricted") // only a native library multiplies at the processor's rate
  private static MethodHandle sgemm() {
    Loader.load(openblas.class);
    ValueLayout.OfInt integer = ValueLayout.JAVA_INT;
    ValueLayout.OfFloat number = ValueLayout.JAVA_FLOAT;
    AddressLayout array = ValueLayout.ADDRESS;
    return Linker.nativeLinker()
        .downcallHandle(SymbolLookup.loaderLookup().find("cblas_sgemm").orElseThrow(),
            FunctionDescriptor.ofVoid(integer, integer, integer, integer, integer, integer, number, array, integer,
                array, integer, number, array, integer),
            Linker.Option.critical(true));
  }

  /// Products stay on the thread that asks for them until this is closed: several such threads then do not wait for each other.
  interface OneThread extends AutoCloseable {
    @Override
    void close();
  }

  static synchronized OneThread oneThread() {
    if (uses++ == 0) {
      threadsBefore = openblas.blas_get_num_threads();
      openblas.blas_set_num_threads(1);
    }
    return HeapProducts::giveBack;
  }

  private static synchronized void giveBack() {
    if (--uses == 0) {
      openblas.blas_set_num_threads(threadsBefore);
    }
  }

  /// c ← a bᵀ + start · c.
  ///
  /// @param a (rows, inner)
  /// @param b (columns, inner)
  /// @param c (rows, columns)
  static void timesTransposed(float[] a, float[] b, float start, float[] c, int rows, int columns, int inner) {
    call(AS_IT_IS, TRANSPOSED, rows, columns, inner, a, inner, b, inner, start, c);
  }

  /// c ← aᵀ b.
  ///
  /// @param a (inner, rows)
  /// @param b (inner, columns)
  /// @param c (rows, columns)
  static void transposedTimes(float[] a, float[] b, float[] c, int rows, int columns, int inner) {
    call(TRANSPOSED, AS_IT_IS, rows, columns, inner, a, rows, b, columns, 0, c);
  }

  private static void call(int ofA, int ofB, int rows, int columns, int inner, float[] a, int lda, float[] b, int ldb,
      float start, float[] c) {
    require("the first matrix", a, rows, inner);
    require("the second matrix", b, columns, inner);
    require("the product", c, rows, columns);
    try {
      SGEMM.invokeExact(ROW_MAJOR, ofA, ofB, rows, columns, inner, 1f, MemorySegment.ofArray(a), lda,
          MemorySegment.ofArray(b), ldb, start, MemorySegment.ofArray(c), columns);
    } catch (RuntimeException | Error failed) {
      throw failed;
    } catch (Throwable impossible) {
      throw new IllegalStateException("a native product cannot throw", impossible);
    }
  }

  /// Native code would write beyond the end.
  private static void require(String what, float[] matrix, int rows, int columns) {
    if (rows < 0 || columns < 0 || matrix.length < (long) rows * columns) {
      throw new IllegalArgumentException(
          what + " needs " + rows + " × " + columns + " values, found " + matrix.length);
    }
  }
}
