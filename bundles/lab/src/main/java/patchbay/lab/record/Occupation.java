package patchbay.lab.record;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import patchbay.tensor.UserError;

/**
 * Keeps a run's folder for one run of one process. A process that is killed leaves its mark behind, which counts no longer
 * once there is no process of that number and time of birth.
 */
public final class Occupation implements AutoCloseable {

    /** The system tells a process's birth only roughly, and not always the same. */
    private static final Duration TOLERANCE = Duration.ofSeconds(2);

    private record Mark(long process, String started) {

        static Mark ofThisProcess() {
            var process = ProcessHandle.current();
            return new Mark(process.pid(), process.info().startInstant().map(Instant::toString).orElse(""));
        }

        boolean alive() {
            return ProcessHandle.of(process).filter(ProcessHandle::isAlive).filter(this::sameBirth).isPresent();
        }

        private boolean sameBirth(ProcessHandle handle) {
            return started.isEmpty() || handle.info().startInstant()
                    .map(birth -> Duration.between(Instant.parse(started), birth).abs().compareTo(TOLERANCE) < 0).orElse(true);
        }
    }

    private final RunFolder folder;

    private Occupation(RunFolder folder) {
        this.folder = folder;
    }

    /** @throws UserError if a living process has it */
    public static Occupation of(RunFolder folder) {
        try {
            for (;;) {
                var other = mark(folder);
                if (other.filter(Mark::alive).isPresent()) {
                    throw new UserError("run " + folder.id() + " is being trained by process " + other.orElseThrow().process()
                            + "; stop it there first");
                }
                Files.deleteIfExists(folder.process());
                try {
                    Files.write(folder.process(), Json.MAPPER.writeValueAsBytes(Mark.ofThisProcess()), StandardOpenOption.CREATE_NEW);
                    return new Occupation(folder);
                } catch (FileAlreadyExistsException e) {
                    continue; // another was faster
                }
            }
        } catch (IOException e) {
            throw new UserError("cannot mark the run " + folder.id() + " as running: " + e.getMessage(), e);
        }
    }

    static boolean isOccupied(RunFolder folder) {
        try {
            return mark(folder).filter(Mark::alive).isPresent();
        } catch (IOException e) {
            return false;
        }
    }

    private static Optional<Mark> mark(RunFolder folder) throws IOException {
        return Files.exists(folder.process()) ? Optional.of(Json.MAPPER.readValue(Files.readAllBytes(folder.process()), Mark.class)) : Optional.empty();
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(folder.process());
        } catch (IOException e) {
            throw new UserError("cannot unmark the run " + folder.id() + ": " + e.getMessage(), e);
        }
    }
}
