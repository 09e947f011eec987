package patchbay.engine.tornado;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import patchbay.tensor.KernelError;

/**
 * Has TornadoVM's compiler work on a thread of its own, which is given up if a kernel takes too long: there are kernels that the compiler
 * never comes back from. It cannot be stopped, and what is compiled after that may wait for it; so nothing is, until the JVM starts anew.
 */
final class CompileWatch {

    private final Duration limit;
    private volatile Optional<String> stuck = Optional.empty();

    /** @param limit for one kernel */
    CompileWatch(Duration limit) {
        this.limit = limit;
    }

    /** Whether the compiler was given up. */
    boolean isStuck() {
        return stuck.isPresent();
    }

    /** @throws KernelError naming the kernel that the compiler never came back from, if there is one */
    void check() {
        stuck.ifPresent(reason -> {
            throw new KernelError(reason, Optional.empty(), null);
        });
    }

    /**
     * What {@code work} returns, or throws.
     *
     * @param kernel names the one that is being compiled: while the names go on changing there is no end to patience
     * @throws KernelError if it stays at one kernel for too long, or another one did before
     */
    <T> T within(Supplier<T> work, Supplier<String> kernel) {
        check();
        var result = new CompletableFuture<T>();
        var thread = Thread.ofPlatform().daemon().name("tornado compiler").start(() -> {
            try {
                result.complete(work.get());
            } catch (Throwable failure) { // a compiler may throw anything; it goes on in the caller's thread
                result.completeExceptionally(failure);
            }
        });
        boolean interrupted = false;
        try {
            var at = kernel.get();
            long end = System.nanoTime() + limit.toNanos();
            while (true) {
                try {
                    return result.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException _) {
                    interrupted = true; // nobody else may compile before this is done
                } catch (TimeoutException _) {
                    var now = kernel.get();
                    if (now.equals(at)) {
                        throw giveUp(thread, now);
                    }
                    at = now;
                    end = System.nanoTime() + limit.toNanos();
                } catch (ExecutionException failed) {
                    throw thrown(failed.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private KernelError giveUp(Thread thread, String kernel) {
        stuck = Optional.of("engine tornado: TornadoVM's compiler has not come back from " + kernel + " for " + limit.toSeconds()
                + " s; nothing more is compiled for the device until Patchbay is started anew");
        thread.interrupt();
        return new KernelError(stuck.get(), Optional.empty(), null);
    }

    private static RuntimeException thrown(Throwable failure) {
        return switch (failure) {
            case Error error -> throw error;
            case RuntimeException exception -> exception;
            default -> new IllegalStateException(failure);
        };
    }
}
