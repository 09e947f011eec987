package patchbay.itest;

import org.junit.runner.Description;
import org.junit.runner.Runner;
import org.junit.runner.notification.RunNotifier;
import org.junit.runners.model.InitializationError;
import org.ops4j.pax.exam.junit.PaxExam;

/** Runs a test in the platform where TornadoVM's SDK is, and says in one line that it was left out where it is not. */
public final class WithTornado extends Runner {

    private final Class<?> test;
    private final Runner inner;

    public WithTornado(Class<?> test) throws InitializationError {
        this.test = test;
        this.inner = System.getenv("TORNADOVM_HOME") == null ? new LeftOut() : new PaxExam(test);
    }

    @Override
    public Description getDescription() {
        return inner.getDescription();
    }

    @Override
    public void run(RunNotifier notifier) {
        inner.run(notifier);
    }

    private final class LeftOut extends Runner {

        @Override
        public Description getDescription() {
            return Description.createTestDescription(test, "needs TornadoVM");
        }

        @Override
        public void run(RunNotifier notifier) {
            System.out.println(test.getSimpleName() + " left out: TORNADOVM_HOME is not set");
            notifier.fireTestIgnored(getDescription());
        }
    }
}
