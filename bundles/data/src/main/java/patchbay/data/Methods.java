package patchbay.data;

import com.github.javaparser.JavaParser;
import com.github.javaparser.JavaToken;
import com.github.javaparser.ParserConfiguration;
import com.github.javaparser.ParserConfiguration.LanguageLevel;
import com.github.javaparser.ast.body.MethodDeclaration;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import patchbay.tensor.UserError;

/**
 * Methods of Java sources, by default the JDK's, to be told their names (the task of code2vec, Alon et al. 2019): the label is the name, one of the {@value #NAMES} most
 * frequent; in the code it stands as {@value #HIDDEN} wherever it stood, and comments are left out. Of methods with the same code there is one. All methods of a file are
 * trained on, or all are held out. {@code data.path} and {@code data.domains} are those of the source {@code java}; {@code data.limit} is how many bytes of
 * sources are read, 24 million where it is 0.
 */
final class Methods implements Collection {

    private static final int NAMES = 50;
    private static final String HIDDEN = "NAME";
    private static final long STANDARD = 24_000_000;

    private static final Logger LOG = LoggerFactory.getLogger(Methods.class);

    /** @param document index of the file that it is in */
    private record Method(int document, String name, String code) {}

    @Override
    public String name() {
        return "methods";
    }

    @Override
    public List<String> modalities() {
        return List.of("code");
    }

    @Override
    public String availability() {
        return new JavaSources().availability();
    }

    @Override
    public Examples read(DataSettings settings, long seed) {
        var corpus = new JavaSources().read(new DataSettings("java", settings.path(), settings.tokenizer(), settings.validation(),
                settings.limit() == 0 ? STANDARD : settings.limit(), settings.shortest(), settings.domains()));
        var documents = corpus.documents();
        var methods = distinct(IntStream.range(0, documents.size()).parallel().boxed().flatMap(i -> methods(i, documents.get(i).text()).stream()).toList());
        var names = frequent(methods);
        if (names.isEmpty()) {
            throw new UserError("there is no method with a body in the Java sources; check data.path, data.domains and data.limit");
        }
        var training = new ArrayList<Example>();
        var heldOut = new ArrayList<Example>();
        for (var method : methods) {
            int label = names.indexOf(method.name);
            if (label >= 0) {
                var side = CounterRandom.unit(CounterRandom.bits(seed, method.document)) < settings.validation() ? heldOut : training;
                side.add(new Example(documents.get(method.document).name() + ": " + method.name, label,
                        Map.of("code", () -> method.code.getBytes(StandardCharsets.UTF_8))));
            }
        }
        return Examples.of(training, heldOut.isEmpty() ? Map.of() : Map.of("files", heldOut), names, corpus.sha256());
    }

    private static List<Method> distinct(List<Method> methods) {
        var seen = new HashSet<String>();
        return methods.stream().filter(method -> seen.add(method.code)).toList();
    }

    private static List<String> frequent(List<Method> methods) {
        var counts = methods.stream().collect(Collectors.groupingBy(Method::name, Collectors.counting()));
        return counts.keySet().stream().sorted(Comparator.<String, Long>comparing(counts::get).reversed().thenComparing(Function.identity())).limit(NAMES).toList();
    }

    /** Those of a file that have a body with something in it; none of a file that is no Java. */
    private static List<Method> methods(int document, String text) {
        var parser = new JavaParser(new ParserConfiguration().setLanguageLevel(LanguageLevel.BLEEDING_EDGE).setAttributeComments(false));
        try {
            return parser.parse(text).getResult().stream().flatMap(unit -> unit.findAll(MethodDeclaration.class).stream())
                    .filter(method -> method.getBody().filter(body -> !body.isEmpty()).isPresent())
                    .map(method -> new Method(document, method.getNameAsString(), code(method))).toList();
        } catch (StackOverflowError | AssertionError noJava) { // the parser is recursive, and what it leaves out of broken code may be asked for later
            LOG.debug("document {} is no Java: {}", document, noJava.toString());
            return List.of();
        }
    }

    private static String code(MethodDeclaration method) {
        var code = new StringBuilder();
        for (var token : method.getTokenRange().orElseThrow()) {
            if (token.getCategory().isWhitespaceOrComment()) {
                if (!code.isEmpty() && code.charAt(code.length() - 1) != ' ') {
                    code.append(' ');
                }
            } else {
                code.append(isNamed(token, method.getNameAsString()) ? HIDDEN : token.getText());
            }
        }
        return code.toString();
    }

    private static boolean isNamed(JavaToken token, String name) {
        return token.getCategory().isIdentifier() && token.getText().equals(name);
    }
}
