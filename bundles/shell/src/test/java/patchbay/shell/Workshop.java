package patchbay.shell;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.apache.felix.service.command.CommandSession;
import patchbay.attention.full.FullAttention;
import patchbay.attention.memory.MemoryAttention;
import patchbay.balancer.auxiliaryloss.AuxiliaryLoss;
import patchbay.balancer.lossfree.LossFree;
import patchbay.balancer.none.None;
import patchbay.capacity.dropless.Dropless;
import patchbay.data.sets.DataCache;
import patchbay.encoder.audio.wave.AudioWave;
import patchbay.encoder.image.conv.ImageConv;
import patchbay.engine.cpu.CpuEngine;
import patchbay.expert.rule.RuleExpert;
import patchbay.expert.swiglu.SwiGlu;
import patchbay.fusion.concat.Concat;
import patchbay.lab.Archive;
import patchbay.lab.Engines;
import patchbay.lab.ExperimentFolder;
import patchbay.lab.Lab;
import patchbay.lab.Run;
import patchbay.lab.Experiment;
import patchbay.memory.Memories;
import patchbay.position.rope.RotaryPosition;
import patchbay.router.cosine.CosineRouter;
import patchbay.router.topk.TopKRouter;
import patchbay.tensor.reference.ReferenceEngine;

/** The commands in a real Gogo session, on a real lab with tiny models. */
final class Workshop implements AutoCloseable {

    final CpuEngine engine = new CpuEngine(1);
    final Lab lab;
    final Runs runs;
    final Memories memories;
    final Foreground foreground;
    final ExperimentFolder experiments;
    final ByteArrayOutputStream out = new ByteArrayOutputStream() {
        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            super.write(bytes, offset, length);
            notifyAll();
        }
    };
    final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final ThreadIOImpl streams = new ThreadIOImpl();
    private final CommandProcessorImpl processor;
    final CommandSession session;

    Workshop(Path folder) {
        experiments = new ExperimentFolder(folder);
        write(folder.resolve("text.txt"), "the quick brown fox jumps over the lazy dog and runs away. ".repeat(80));
        write(folder.resolve("tiny.yaml"), """
                data: {source: text, path: %s, tokenizer: char}
                model: {layers: 2, dim: 16, heads: 2, context: 12, hidden: 16, experts: 4, k: 2}
                training: {steps: 30, batch: 4, warm-up: 5, evaluate-every: 10, evaluate-batches: 2, checkpoint-every: 10}
                samples: {prompts: [the], tokens: 8}
                """.formatted(folder.resolve("text.txt")));
        write(folder.resolve("towers.yaml"), """
                data: {source: figures, limit: 60, validation: 0.2}
                model: {task: {kind: retrieve, modalities: [image, sound]}, dim: 8}
                sockets:
                  encoders.image: {image-conv: {size: 8, channels: 4, stages: 1}}
                  encoders.sound: {audio-wave: {rate: 1000, seconds: 0.1, hop: 20, channels: 4, layers: 2}}
                training: {steps: 20, batch: 8, warm-up: 5, evaluate-every: 20, evaluate-batches: 2, checkpoint-every: 20}
                samples: {prompts: []}
                """);
        write(folder.resolve("broken.yaml"), "model: {layers: 2\n");
        lab = new Lab(new Engines(List.of(engine, new ReferenceEngine()), engine, "asked for"), Archive.of(new TopKRouter(), new CosineRouter(), new AuxiliaryLoss(), new LossFree(), new None(), new Dropless(), new SwiGlu(), new RuleExpert(),
                new FullAttention(), new MemoryAttention(), new RotaryPosition(), new ImageConv(), new AudioWave(), new Concat()), folder.resolve("runs"), Duration.ofSeconds(20));
        runs = new Runs(lab);
        memories = new Memories(folder.resolve("memories"));
        foreground = new Foreground(lab);
        streams.start();
        processor = new CommandProcessorImpl(streams);
        for (var commands : List.of(new RunCommand(runs, foreground, experiments), new ControlCommands(runs, foreground),
                new StatusCommands(runs), new ProfileCommand(runs), new EvaluateCommand(runs), new ContextsCommand(runs), new EngineCommand(runs), new RackCommands(runs), new SwapCommands(runs), new ExpertCommands(runs), new FreezeCommands(runs), new RoutingCommand(runs),
                new ExplainCommand(runs), new GenerateCommand(runs), new ListenCommand(runs), new MemoryCommand(runs, memories), new RulesCommand(runs),
                new RecordCommands(runs, foreground), new SearchCommands(runs, foreground, experiments), new DataCommand(DataCache.at(folder.resolve("data"))), new DoctorCommand(name -> Optional.empty(), runs, List.of(engine)))) {
            functions(commands.getClass()).forEach(function -> processor.addCommand("patchbay", commands, function));
        }
        session = processor.createSession(new ByteArrayInputStream(new byte[0]), new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        session.put(CommandSession.OPTION_NO_GLOB, true);
    }

    /** As the component declares them: annotations of components are not there at run time, the methods are. */
    private static List<String> functions(Class<?> commands) {
        return Arrays.stream(commands.getDeclaredMethods())
                .filter(method -> method.getParameterCount() == 2 && method.getParameterTypes()[0] == CommandSession.class
                        && method.getParameterTypes()[1] == String[].class)
                .map(Method::getName).toList();
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a line writes to standard output. */
    String execute(String line) throws Exception {
        out.reset();
        err.reset();
        session.execute(line);
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Until a command that is under way on another thread has written this. */
    void await(String text) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        synchronized (out) {
            while (!out.toString(StandardCharsets.UTF_8).contains(text)) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    throw new AssertionError("'" + text + "' was not written: " + out.toString(StandardCharsets.UTF_8));
                }
                out.wait(left);
            }
        }
    }

    /** A run that does not end by itself. */
    Run endless() {
        return lab.start(Experiment.read(experiments.find("tiny"), List.of("training.steps=10000000")));
    }

    @Override
    public void close() throws Exception {
        foreground.close();
        memories.close();
        lab.close();
        engine.close();
        processor.stop();
        streams.stop();
    }
}
