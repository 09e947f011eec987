package patchbay.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import org.apache.felix.gogo.runtime.CommandNotFoundException;
import org.junit.jupiter.api.Test;

class FailureTest {

    /** As the exceptions of other bundles are: known by name or by method, not by class. */
    static class UserError extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UserError(String message) {
            super(message);
        }
    }

    public static final class Interrupted extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Interrupted() {
            super("interrupted at step 7");
        }

        public int exitCode() {
            return 130;
        }
    }

    @Test
    void aUsersMistakeIsTwo() {
        assertEquals(new Failure("unknown socket 'x'", 2), Failure.of(new UserError("unknown socket 'x'")));
    }

    @Test
    void theExceptionItselfMaySay() {
        assertEquals(new Failure("interrupted at step 7", 130), Failure.of(new Interrupted()));
    }

    @Test
    void aMistakeIsFoundAmongTheCauses() {
        var wrapped = new IllegalStateException("assembling failed", new InvocationTargetException(new UserError("zero experts")));
        assertEquals(new Failure("zero experts", 2), Failure.of(wrapped));
    }

    @Test
    void anythingElseIsOneAndNamesItsKind() {
        assertEquals(new Failure("IOException: no space left on device", 1), Failure.of(new IOException("no space left on device")));
        assertEquals(new Failure("NullPointerException", 1), Failure.of(new NullPointerException()));
        assertEquals(new Failure("IOException: closed", 1), Failure.of(new InvocationTargetException(new IOException("closed"))));
    }

    @Test
    void whatHelpsAgainstTooLittleMemoryIsTold() {
        var failure = Failure.of(new OutOfMemoryError("Java heap space"));
        assertEquals(1, failure.exitCode());
        assertTrue(failure.message().contains("PATCHBAY_OPTS=-Xmx") && failure.message().endsWith("(Java heap space)"), failure.message());
    }

    @Test
    void theShellsOwnWordsAreSaidPlainly() {
        assertEquals("unknown command 'swop'; 'help' lists the commands", Failure.of(new CommandNotFoundException("swop")).message());
        assertEquals(
                "these arguments do not fit: 'swap' takes (String, String[]) or (String); see 'help swap'",
                Failure.of(new IllegalArgumentException("Cannot coerce swap() to any of [(String, String[]), (String)]")).message());
    }
}
