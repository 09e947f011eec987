package patchbay.data;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.ProviderNotFoundException;
import patchbay.tensor.UserError;

/**
 * Java source files, by default those of the JDK that is running ({@code lib/src.zip}); a document a file, a domain a
 * module. Another zip or a folder can be given as path.
 */
final class JavaSources implements Source {

    @Override
    public String name() {
        return "java";
    }

    @Override
    public String availability() {
        return Files.exists(ofThisJdk())
                ? "there: " + ofThisJdk()
                : "missing: this JDK has no " + ofThisJdk() + "; install its sources, or set data.path to a folder or zip of Java files";
    }

    private static Path ofThisJdk() {
        return Path.of(System.getProperty("java.home"), "lib", "src.zip");
    }

    @Override
    public Corpus read(DataSettings settings) {
        boolean own = settings.path().isBlank();
        var path = own ? ofThisJdk() : Path.of(settings.path());
        if (!Files.exists(path)) {
            throw new UserError(own
                    ? "the running JDK has no " + path + ": install its sources (the JDK's source package), run on a JDK that"
                            + " has them, or set data.path to a folder or zip of Java files"
                    : "data.path: there is no file or folder " + path.toAbsolutePath()
                            + "; leave data.path empty for the JDK's own sources");
        }
        if (Files.isDirectory(path)) {
            return new SourceFiles(path, ".java", name()).read(name(), settings);
        }
        try (var zip = FileSystems.newFileSystem(path)) {
            return new SourceFiles(zip.getPath("/"), ".java", name()).read(name(), settings);
        } catch (IOException e) {
            throw new UserError("data.path: cannot read " + path + " as a zip: " + Utf8.reason(e), e);
        } catch (ProviderNotFoundException e) {
            throw new UserError("data.path: " + path + " is neither a folder nor a zip of Java files", e);
        }
    }
}
