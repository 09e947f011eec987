package patchbay.itest;

import aQute.bnd.osgi.Builder;
import aQute.bnd.osgi.EmbeddedResource;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.osgi.service.component.annotations.Component;

/** Compiles samples against the platform's bundles and makes bundles of them by bnd, as an author's build would. */
final class Workshop {

    private final Path folder;
    private final List<Path> classPath = new ArrayList<>();

    /**
     * @param folder where the jars are put
     * @param platform the folder of the platform's bundles
     */
    Workshop(Path folder, Path platform) throws IOException {
        this.folder = Files.createDirectories(folder);
        for (String api : List.of("patchbay.spi-*.jar", "patchbay.tensor-*.jar", "patchbay.kernels-*.jar")) {
            try (var jars = Files.newDirectoryStream(platform, api)) {
                jars.forEach(classPath::add);
            }
        }
        try {
            classPath.add(Path.of(Component.class.getProtectionDomain().getCodeSource().getLocation().toURI()));
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
    }

    /** Makes the jars of all samples. */
    void make(List<Sample> samples) {
        for (Sample sample : samples) {
            try {
                make(sample);
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException("no jar of " + sample.jar(), e);
            }
        }
    }

    private void make(Sample sample) throws Exception {
        Path classes = Files.createTempDirectory(folder, "classes");
        compile(sample, classes);
        try (var bnd = new Builder()) {
            bnd.addClasspath(classes.toFile());
            for (Path api : classPath) {
                bnd.addClasspath(api.toFile());
            }
            bnd.setProperty("Bundle-SymbolicName", sample.bundle());
            bnd.setProperty("Bundle-Version", sample.version());
            bnd.setProperty("-privatepackage", sample.bundle());
            bnd.setProperty("-reproducible", "true");
            bnd.setProperty("-noextraheaders", "true");
            var jar = bnd.build();
            if (!bnd.getErrors().isEmpty()) {
                throw new IllegalStateException(sample.jar() + ": " + bnd.getErrors());
            }
            jar.putResource("note.txt", new EmbeddedResource(sample.note(), 0));
            jar.write(folder.resolve(sample.jar()).toFile());
        }
        delete(classes);
    }

    private void compile(Sample sample, Path classes) throws IOException {
        Path source = Files.writeString(Files.createDirectories(classes.resolve("source")).resolve(sample.type() + ".java"), sample.source());
        var compiler = ToolProvider.getSystemJavaCompiler();
        var messages = new StringWriter();
        String path = classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            boolean compiled = compiler.getTask(messages, files, null, List.of("-d", classes.toString(), "-cp", path, "-proc:none", "-g"),
                    null, files.getJavaFileObjects(source)).call();
            if (!compiled) {
                throw new IllegalStateException(sample.jar() + " does not compile: " + messages);
            }
        }
        delete(source.getParent());
    }

    private static void delete(Path folder) throws IOException {
        try (var paths = Files.walk(folder)) {
            paths.sorted(Comparator.reverseOrder()).forEach(path -> {
                try {
                    Files.delete(path);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
