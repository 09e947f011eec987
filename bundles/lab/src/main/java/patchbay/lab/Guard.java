package patchbay.lab;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import patchbay.tensor.UserError;

/** Runs a plugin's code on a thread of its own for a limited time; whatever it throws becomes a reason in one line. */
final class Guard {

    private Guard() {}

    /**
     * What {@code work} returns.
     *
     * @throws UserError if it fails, or is not done in time; then its thread is interrupted and left to itself
     */
    static <T> T within(Duration limit, String what, Supplier<T> work) {
        var result = new CompletableFuture<T>();
        var thread = Thread.ofPlatform().daemon().name("guarded: " + what).start(() -> {
            try {
                result.complete(work.get());
            } catch (Throwable failure) { // a plugin may throw anything, errors of linkage and memory among them
                result.completeExceptionally(failure);
            }
        });
        try {
            return result.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            thread.interrupt();
            throw new UserError(what + " took longer than " + limit.toMillis() / 1000.0 + " s", late);
        } catch (InterruptedException interrupted) {
            thread.interrupt();
            Thread.currentThread().interrupt();
            throw new UserError(what + " was interrupted", interrupted);
        } catch (ExecutionException failed) {
            throw refusal(what, failed.getCause());
        }
    }

    /** What went wrong, in one line. */
    static String reason(Throwable failure) {
        var cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof UserError ? cause.getMessage() : cause.toString();
    }

    private static UserError refusal(String what, Throwable cause) {
        return cause instanceof UserError mistake ? mistake : new UserError(what + " failed: " + cause, cause);
    }
}
