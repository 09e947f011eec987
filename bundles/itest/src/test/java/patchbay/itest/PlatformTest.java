package patchbay.itest;

import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.cleanCaches;
import static org.ops4j.pax.exam.CoreOptions.composite;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.frameworkStartLevel;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;
import static org.ops4j.pax.exam.CoreOptions.workingDirectory;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import javax.inject.Inject;
import org.junit.Rule;
import org.junit.rules.Timeout;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Constants;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerMethod;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.util.tracker.ServiceTracker;

/**
 * A test inside the platform: the same bundles with the same framework settings as {@code ./patchbay}, in a framework of its
 * own for each method. {@code load/}, {@code store/} and {@code runs/} are in a folder of the class's own, {@link #home}: what a
 * method leaves there, the next one finds.
 *
 * <p>The class is loaded by a bundle: it sees what bundles export, and nothing of the class path.
 */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerMethod.class)
public abstract class PlatformTest {

    private static final long SERVICE_MILLIS = TimeUnit.SECONDS.toMillis(20);

    /** A test that hangs must fail; an override may allow more. */
    @Rule
    public final Timeout limit = Timeout.seconds(limitSeconds());

    @Inject
    protected BundleContext context;

    protected int limitSeconds() {
        return 120;
    }

    /** The folder that stands for the project's. */
    protected final Path home() {
        return Path.of(context.getProperty("patchbay.home"));
    }

    /** A service, as soon as there is one. */
    protected final <S> S service(Class<S> type) {
        return service(type, "(objectClass=" + type.getName() + ")");
    }

    protected final <S> S service(Class<S> type, String filter) {
        try {
            var tracker = new ServiceTracker<S, S>(context,
                    context.createFilter("(&(objectClass=" + type.getName() + ")" + filter + ")"), null);
            tracker.open();
            S service = tracker.waitForService(SERVICE_MILLIS);
            if (service == null) {
                throw new AssertionError("no service " + type.getName() + " with " + filter);
            }
            return service;
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException(e);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while waiting for " + type.getName(), e);
        }
    }

    @Configuration
    public Option[] platform() throws IOException {
        Path project = Path.of(System.getProperty("patchbay.project")).toRealPath();
        Path home = Files.createTempDirectory(project.resolve("bundles/itest/target"), "home-");
        var options = new ArrayList<Option>();
        options.add(workingDirectory(home.resolve("felix").toString()));
        options.add(cleanCaches(true));
        options.add(systemProperty("pax.exam.invoker").value("junit")); // with rules and @Before; the plain one knows only methods
        options.add(frameworkStartLevel(Constants.START_LEVEL_TEST_BUNDLE));
        options.add(jars(project.resolve("bundles/itest/target/exam"), Constants.START_LEVEL_SYSTEM_BUNDLES));
        options.add(jars(project.resolve("cnf/target/export/patchbay"), Constants.START_LEVEL_DEFAULT_PROVISION));
        settings(project).forEach((name, value) -> options.add(frameworkProperty(name.toString()).value(value.toString())));
        options.add(frameworkProperty("patchbay.home").value(home.toString()));
        for (String folder : List.of("load", "store", "runs", "state")) {
            options.add(frameworkProperty("patchbay." + folder).value(home.resolve(folder).toString()));
        }
        return options.toArray(Option[]::new);
    }

    /** The platform's own settings, and the packages by which Pax Exam reaches into the framework. */
    private static Properties settings(Path project) throws IOException {
        var settings = new Properties();
        try (InputStream in = Files.newInputStream(project.resolve("cnf/framework.properties"))) {
            settings.load(in);
        }
        String version = ";version=\"4.14.0\"";
        settings.merge("org.osgi.framework.system.packages.extra",
                "org.ops4j.pax.exam" + version + ",org.ops4j.pax.exam.options" + version + ",org.ops4j.pax.exam.util" + version,
                (ours, theirs) -> ours + "," + theirs);
        return settings;
    }

    /** TornadoVM's SDK brings a JUnit as a module, which the system bundle then exports: one of them is enough. */
    private static boolean isOfTheSystem(Path jar) {
        var name = jar.getFileName().toString();
        return ModuleLayer.boot().findModule("junit").isPresent()
                && (name.startsWith("org.apache.servicemix.bundles.junit") || name.startsWith("org.apache.servicemix.bundles.hamcrest"));
    }

    private static Option jars(Path folder, int startLevel) throws IOException {
        try (var jars = Files.newDirectoryStream(folder, "*.jar")) {
            var bundles = new ArrayList<Option>();
            for (var jar : jars) {
                if (!isOfTheSystem(jar)) {
                    bundles.add(bundle(jar.toUri().toString()).startLevel(startLevel));
                }
            }
            return composite(bundles.toArray(Option[]::new));
        }
    }
}
