package patchbay.lab;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import patchbay.data.Dataset;
import patchbay.data.Tokenizer;
import patchbay.model.Names;
import patchbay.tensor.UserError;

/**
 * Tokens by the text that they are, domains by their names in the data.
 *
 * @param domains empty where there is no data, only text that is generated: no document's domain is known there, so any name will do
 */
public record DataNames(Tokenizer tokenizer, Optional<List<String>> domains) implements Names {

    public static DataNames of(Dataset dataset) {
        return new DataNames(dataset.tokenizer(), Optional.of(dataset.domains()));
    }

    public static DataNames of(Tokenizer tokenizer) {
        return new DataNames(tokenizer, Optional.empty());
    }

    @Override
    public int token(String text) {
        var tokens = tokenizer.encode(text);
        if (tokens.length != 1) {
            throw new UserError("'" + text + "' is " + tokens.length + " tokens of the " + tokenizer.name() + " tokenizer; one is wanted");
        }
        return tokens[0];
    }

    @Override
    public int[] ends(String characters) {
        return IntStream.range(0, tokenizer.vocabularySize()).map(token -> {
            var text = tokenizer.decode(new int[] {token});
            boolean ends = text.isEmpty() ? tokenizer.endOfDocument().orElse(-1) == token : characters.indexOf(text.charAt(text.length() - 1)) >= 0;
            return ends ? 1 : 0;
        }).toArray();
    }

    @Override
    public int domain(String name) {
        if (domains.isEmpty()) {
            return 0;
        }
        int number = domains.get().indexOf(name);
        if (number < 0) {
            throw UserError.unknown("domain", name, domains.get());
        }
        return number;
    }
}
