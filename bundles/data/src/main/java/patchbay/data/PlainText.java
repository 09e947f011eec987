package patchbay.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import patchbay.tensor.UserError;

/** A UTF-8 file as one running text, or a folder of {@code .txt} files, each a document with its sub-folder as domain. */
final class PlainText implements Source {

    @Override
    public String name() {
        return "text";
    }

    @Override
    public String availability() {
        return "any file or folder of text: set data.path";
    }

    @Override
    public Corpus read(DataSettings settings) {
        if (settings.path().isBlank()) {
            throw new UserError("the source 'text' needs a UTF-8 file or a folder of .txt files: set data.path=FILE");
        }
        var path = Path.of(settings.path());
        if (!Files.exists(path)) {
            throw new UserError("data.path: there is no file or folder " + path.toAbsolutePath()
                    + "; give any UTF-8 text with data.path=FILE");
        }
        if (Files.isDirectory(path)) {
            return new SourceFiles(path, ".txt", name()).read(name(), settings);
        }
        new Selection(settings).check(List.of(name()));
        var document = new Document(path.getFileName().toString(), Utf8.read(path, settings.limit()), 0);
        return Corpus.of(name(), List.of(document), List.of(name()));
    }
}
