package patchbay.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import patchbay.tensor.UserError;

/** The folder in which experiments are looked up by name. */
public record ExperimentFolder(Path folder) {

    private static final String SUFFIX = ".yaml";

    /**
     * The file of an experiment: one in this folder by its name, or any file by its path.
     *
     * @throws UserError if there is neither, with the nearest names
     */
    public Path find(String nameOrFile) {
        var named = folder.resolve(nameOrFile + SUFFIX);
        if (Files.isRegularFile(named)) {
            return named;
        }
        var file = Path.of(nameOrFile);
        if (Files.isRegularFile(file)) {
            return file;
        }
        if (nameOrFile.endsWith(SUFFIX) || nameOrFile.contains("/")) {
            throw new UserError("there is no experiment file " + file.toAbsolutePath());
        }
        throw UserError.unknown("experiment", nameOrFile, names());
    }

    /** The names of all experiments in this folder, in order. */
    public List<String> names() {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(SUFFIX))
                    .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UserError("cannot list the experiments in " + folder + ": " + e.getMessage(), e);
        }
    }
}
