package dynaseal.interop;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs one case where it can neither hang nor overflow the process: a lying length makes the client spin for ever. */
final class Guarded {
  private static final long STACK_BYTES = 64 << 20;

  private Guarded() {}

  @SuppressWarnings({"deprecation", "removal"})
  static <T> T call(Duration limit, Callable<T> work) throws Throwable {
    FutureTask<T> task = new FutureTask<>(work);
    Thread thread = new Thread(null, task, "case", STACK_BYTES);
    thread.setDaemon(true);
    thread.start();
    try {
      return task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException failure) {
      throw failure.getCause();
    } catch (TimeoutException late) {
      thread.stop(); // the loop asks for no interrupt; JDK 17 still has stop
      throw new IllegalStateException("no answer within " + limit.toSeconds() + " s");
    }
  }
}
