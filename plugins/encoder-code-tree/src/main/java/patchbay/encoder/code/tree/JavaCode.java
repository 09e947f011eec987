package patchbay.encoder.code.tree;

import com.github.javaparser.JavaParser;
import com.github.javaparser.ParseStart;
import com.github.javaparser.ParserConfiguration;
import com.github.javaparser.ParserConfiguration.LanguageLevel;
import com.github.javaparser.Providers;
import com.github.javaparser.ast.Node;
import com.github.javaparser.ast.expr.AssignExpr;
import com.github.javaparser.ast.expr.BinaryExpr;
import com.github.javaparser.ast.expr.UnaryExpr;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Java by JavaParser. */
final class JavaCode {

    private static final List<ParseStart<? extends Node>> STARTS = List.of(ParseStart.CLASS_BODY, ParseStart.COMPILATION_UNIT, ParseStart.STATEMENT);
    private static final Pattern TOKEN = Pattern.compile("[\\p{L}_$][\\p{L}\\p{N}_$]*|\\p{N}+|\"[^\"\\n]*\"|\\S");

    /**
     * @param tree empty if it is no Java
     * @param problem why it is none
     */
    record Parsed(Optional<SyntaxTree> tree, String problem) {}

    private final JavaParser parser =
            new JavaParser(new ParserConfiguration().setLanguageLevel(LanguageLevel.BLEEDING_EDGE).setAttributeComments(false));

    /** A file, a member of a class, or a statement. */
    Parsed parse(String text) {
        try {
            var problem = "";
            for (var start : STARTS) {
                var result = parser.parse(start, Providers.provider(text));
                if (result.isSuccessful() && result.getResult().isPresent()) {
                    return new Parsed(Optional.of(tree(result.getResult().get())), "");
                }
                if (start == ParseStart.COMPILATION_UNIT) {
                    problem = result.getProblems().isEmpty() ? "it does not parse" : result.getProblems().getFirst().getMessage().split(",|\\R", 2)[0];
                }
            }
            return new Parsed(Optional.empty(), problem);
        } catch (StackOverflowError tooDeep) { // the parser is recursive
            return new Parsed(Optional.empty(), "it is nested too deeply");
        } catch (AssertionError broken) { // the parser's own, of a part that recovery has left out
            return new Parsed(Optional.empty(), String.valueOf(broken.getMessage()));
        }
    }

    /** A node that waits for its place. */
    private record Waiting(Node node, int parent, int rank) {}

    private static SyntaxTree tree(Node root) {
        var tree = new SyntaxTree();
        var waiting = new ArrayDeque<Waiting>();
        waiting.push(new Waiting(root, -1, 0));
        while (!waiting.isEmpty()) {
            var next = waiting.pop();
            var children = next.node().getChildNodes().stream().sorted(Node.NODE_BY_BEGIN_POSITION).toList();
            var token = children.isEmpty() ? next.node().getTokenRange().map(Object::toString).orElse("") : "";
            int index = tree.add(kind(next.node()), token, next.parent(), next.rank());
            for (int rank = children.size() - 1; rank >= 0; rank--) {
                waiting.push(new Waiting(children.get(rank), index, rank));
            }
        }
        return tree;
    }

    /** Operators belong to it. */
    private static String kind(Node node) {
        var kind = node.getMetaModel().getTypeName();
        return switch (node) {
            case BinaryExpr binary -> kind + " " + binary.getOperator().asString();
            case UnaryExpr unary -> kind + " " + unary.getOperator().name();
            case AssignExpr assign -> kind + " " + assign.getOperator().asString();
            default -> kind;
        };
    }

    /** The tokens of a text that is no Java: the children of a root that says so. */
    static SyntaxTree tokens(String text) {
        var tree = new SyntaxTree();
        int root = tree.add("Unparsed", "", -1, 0);
        var matcher = TOKEN.matcher(text);
        for (int rank = 0; matcher.find(); rank++) {
            tree.add("Token", matcher.group(), root, rank);
        }
        return tree;
    }
}
