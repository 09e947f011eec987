package patchbay.launcher;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.osgi.framework.BundleException;

/**
 * Starts the platform and hands the command line to the console inside it.
 *
 * <p>System properties: {@code patchbay.home} (the project's folder; the working directory when not given) and
 * {@code patchbay.bundles} (the folder of jars that make up the platform). The exit status is the console's.
 */
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        StandardError.restore();
        // JLine falls back to a dumb terminal when it finds a context class loader that cannot see its providers.
        Thread.currentThread().setContextClassLoader(null);
        System.exit(run(List.of(arguments)));
    }

    private static int run(List<String> arguments) {
        PrintStream err = System.err; // taken now: the shell's runtime replaces the streams once it is active
        Path home = Path.of(System.getProperty("patchbay.home", "")).toAbsolutePath();
        try {
            var platform = Platform.start(home);
            Runtime.getRuntime().addShutdownHook(new Thread(platform::close, "platform stop"));
            return platform.entry().applyAsInt(arguments);
        } catch (IOException | BundleException | PlatformError e) {
            err.println("error: " + e.getMessage());
            if (Boolean.getBoolean("patchbay.traces")) {
                e.printStackTrace(err);
            }
            return 1;
        }
    }
}
