package patchbay.encoder.code.tree;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import patchbay.contract.EncoderContract;
import patchbay.model.Bench;
import patchbay.model.Building;
import patchbay.model.ModelSettings;
import patchbay.spi.Encoder;
import patchbay.spi.Mode;
import patchbay.tensor.Graph;
import patchbay.tensor.UserError;

class CodeTreeTest extends EncoderContract {

    @Override
    protected Encoder plugin() {
        return new CodeTree();
    }

    @Override
    protected List<Map<String, Object>> optionSets() {
        return List.of(Map.of("paths", 6, "nodes", 4, "vocabulary", 13), Map.of("paths", 5, "nodes", 3, "vocabulary", 17, "layers", 1, "heads", 2, "hidden", 3));
    }

    @Override
    protected List<byte[]> examples() {
        return Stream.of("int size() { return count; }", "class A { void run() { while (alive) { turn(left + 1); } } }", "if it is ( no Java")
                .map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
    }

    /** What does not parse is read as tokens; what is no text is not. */
    @Override
    protected List<byte[]> broken() {
        return List.of(new byte[0], new byte[] {' ', '\n'}, new byte[] {'a', (byte) 0xC3}, new byte[(1 << 20) + 1]);
    }

    private static Encoder.Row row(String code) {
        var settings = new ModelSettings(1, 8, 2, 4, 3, 1, 1, 0, List.of(), true, 0, ModelSettings.Norm.rms);
        return new Bench(new Building(new Graph(), Mode.EVALUATION, settings), "encoders.code", Map.of()).reader(new CodeTree())
                .read(code.getBytes(StandardCharsets.UTF_8));
    }

    private static SyntaxTree tree(String code) {
        return new JavaCode().parse(code).tree().orElseThrow();
    }

    /** Alon et al. 2018, "A General Path-Based Representation", figure 1: the path between the two names of an assignment. */
    @Test
    void pathsGoFromTerminalToTerminal() {
        assertTrue(tree("done = ready;").paths(8, 2).contains(new Triple("token done", "path^NameExpr^AssignExpr =_NameExpr", "token ready")));
        var paths = tree("void f() { while (!done) { if (some()) { done = true; } } }").paths(8, 2);
        assertTrue(paths.contains(new Triple("token done",
                "path^NameExpr^UnaryExpr LOGICAL_COMPLEMENT^WhileStmt_BlockStmt_IfStmt_MethodCallExpr", "token some")), paths.toString());
    }

    @Test
    void pathsAreAsLongAndAsWideAsTheyMayBe() {
        var code = tree("f(a, b, c, d);");
        assertTrue(code.paths(4, 2).stream().anyMatch(path -> path.first().equals("token a") && path.third().equals("token c")));
        assertFalse(code.paths(4, 1).stream().anyMatch(path -> path.first().equals("token a") && path.third().equals("token c")));
        assertTrue(code.paths(3, 2).stream().noneMatch(path -> path.first().equals("token a")), "four edges");
    }

    @Test
    void layoutAndCommentsAreNothing() {
        assertArrayEquals(row("int f() { return a+b; }").ints().get("triples"), row("/** Sum. */ int f()\n{ return a // first\n + b; }").ints().get("triples"));
    }

    @Test
    void whatIsNoJavaIsItsTokens() {
        assertTrue(new JavaCode().parse("if it is ( no Java").tree().isEmpty());
        var tokens = JavaCode.tokens("if it is ( no Java");
        assertEquals(7, tokens.nodes().size()); // with the root
        assertTrue(tokens.paths(8, 2).contains(new Triple("token is", "path^Unparsed", "token no")));
        assertTrue(new JavaCode().parse("a ".repeat(10) + "}").problem().length() > 0);
        assertEquals("it is nested too deeply", new JavaCode().parse("(".repeat(200_000)).problem());
    }

    @Test
    void filesMembersAndStatementsAreJava() {
        for (var code : List.of("package a; import b.C; record R(int x) { }", "@Override public <T> T get() { return switch (x) { case 1 -> y; default -> z; }; }",
                "for (var a : b) { c(a); }", "class A { }")) {
            assertTrue(new JavaCode().parse(code).tree().isPresent(), code);
        }
    }

    @Test
    void noPlacesAreTheUsersMistake() {
        var settings = new ModelSettings(1, 8, 2, 4, 3, 1, 1, 0, List.of(), true, 0, ModelSettings.Norm.rms);
        var bench = new Bench(new Building(new Graph(), Mode.EVALUATION, settings), "encoders.code", Map.of("paths", 0, "nodes", 0));
        assertTrue(assertThrows(UserError.class, () -> bench.reader(new CodeTree())).getMessage().contains("paths is 0, nodes 0"));
    }
}
