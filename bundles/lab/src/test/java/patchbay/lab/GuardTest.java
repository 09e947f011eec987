package patchbay.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import patchbay.tensor.UserError;

@Timeout(60)
class GuardTest {

    private final BlockingQueue<String> late = new LinkedBlockingQueue<>();

    @Test
    void whatComesTooLateIsHandedOverToBeClosed() throws InterruptedException {
        var refused = assertThrows(UserError.class, () -> Guard.within(Duration.ofMillis(20), "building", () -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException interrupted) {
                return "candidate"; // as code does that pays no heed
            }
            return "never";
        }, late::add));
        assertTrue(refused.getMessage().startsWith("building took longer than 0.02 s"), refused.getMessage());
        assertEquals("candidate", late.poll(30, TimeUnit.SECONDS));
    }

    @Test
    void whatComesInTimeIsReturned() {
        assertEquals("candidate", Guard.within(Duration.ofSeconds(30), "building", () -> "candidate", late::add));
        assertTrue(late.isEmpty());
    }
}
