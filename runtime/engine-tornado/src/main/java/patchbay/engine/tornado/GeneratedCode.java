package patchbay.engine.tornado;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import patchbay.tensor.KernelError;

/** The code that TornadoVM generates: not run where it is known to be wrong, and kept where it, or a compiler, refuses it. */
final class GeneratedCode {

    /** An unsigned comparison: this one has its parentheses by precedence. */
    private static final Pattern UNSIGNED_LESS = Pattern.compile("(\\w+) >= 0 && \\1 < \\w+");
    private static final Pattern COLOURS = Pattern.compile("\u001B\\[[0-9;]*m");
    private static final Pattern COMPILERS_ERROR = Pattern.compile("error: +(?:\\S+\\.cl:)?(.*)");

    private final Path logs;
    private final Path kept;

    /**
     * @param sdk TornadoVM's
     * @param kept folder for code that was refused; it need not exist
     */
    GeneratedCode(Path sdk, Path kept) {
        this.logs = sdk.resolve("var/opencl-logs"); // where TornadoVM puts code that OpenCL's compiler refuses
        this.kept = kept;
    }

    /**
     * TornadoVM 5.2 negates an "or" by making it an "and" of the same terms, and sets no parentheses.
     *
     * @throws KernelError if {@code source} has such a condition
     */
    void check(Step step, String source) {
        if (UNSIGNED_LESS.matcher(source).replaceAll("").contains("&&")) {
            throw new KernelError("engine tornado: TornadoVM compiles a condition of " + step.kernelOf() + ", wrong, one that mixes && with || or conditions in one another: write it in numbers", Optional.of(keep(step.kernel(), source)), null);
        }
    }

    /**
     * Why a task could not be compiled.
     *
     * @param names of the tasks in {@code steps}
     */
    KernelError refused(List<Step> steps, List<String> names, Throwable error) {
        var message = COLOURS.matcher(String.valueOf(error.getMessage())).replaceAll("");
        var reason = message.lines().map(String::strip).filter(line -> line.startsWith("The internal error is:")).findFirst().orElseGet(error::toString);
        for (int i = 0; i < steps.size(); i++) {
            if ((message + " ").contains(names.get(i) + " ") || message.contains(names.get(i) + "\n")) {
                var step = steps.get(i);
                var log = newest(names.get(i) + "-", ".log").map(GeneratedCode::read);
                var source = newest(names.get(i) + "-", ".cl").map(file -> keep(step.kernel(), read(file)));
                var detail = log.flatMap(text -> COMPILERS_ERROR.matcher(text).results().findFirst()).map(found -> ": " + found.group(1)).orElse("");
                return new KernelError("engine tornado: TornadoVM cannot compile " + step.kernelOf() + ": " + reason + detail,
                        source, error);
            }
        }
        return new KernelError("engine tornado: TornadoVM cannot compile one of the kernels " + steps.stream().map(Step::kernel).distinct().toList()
                + ": " + reason, Optional.empty(), error);
    }

    private Path keep(String kernel, String source) {
        try {
            Files.createDirectories(kept);
            return Files.writeString(kept.resolve(kernel + ".cl"), source);
        } catch (IOException problem) {
            throw new UncheckedIOException("the code that was generated of " + kernel + " cannot be kept in " + kept, problem);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }

    /** What TornadoVM wrote last by such a name; other processes use the same names. */
    private Optional<Path> newest(String start, String end) {
        if (!Files.isDirectory(logs)) {
            return Optional.empty();
        }
        try (var files = Files.walk(logs, 2)) {
            return files.filter(file -> file.getFileName().toString().startsWith(start) && file.toString().endsWith(end))
                    .max(Comparator.comparing(file -> file.toFile().lastModified()));
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }
}
