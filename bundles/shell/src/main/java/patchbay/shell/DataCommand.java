package patchbay.shell;

import java.util.List;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import patchbay.data.Source;
import patchbay.data.sets.DataCache;
import patchbay.data.sets.DataSet;
import patchbay.tensor.UserError;

/** {@code data}: the sets of data that can be had, and getting them. */
@Component(service = DataCommand.class, property = {"osgi.command.scope=patchbay", "osgi.command.function=data"})
public final class DataCommand {

    static final List<String> ACTIONS = List.of("get", "info", "list");
    private static final Usage USAGE = Usage.words("data [list | get NAME | info NAME]", 0, 2);

    private final DataCache cache;

    @Activate
    public DataCommand() {
        this(DataCache.standard());
    }

    DataCommand(DataCache cache) {
        this.cache = cache;
    }

    @Descriptor("sets of data that others have made: lists them, gets one, or tells its licence and where it is kept (PATCHBAY_DATA, else ~/.cache/patchbay/data)")
    public void data(CommandSession session, @Descriptor("[list | get NAME | info NAME]") String[] words) throws InterruptedException {
        var call = USAGE.parse(words);
        var output = Output.of(session);
        var action = call.optional(0).orElse("list");
        switch (action) {
            case "list" -> output.print(list());
            case "get" -> get(named(call), output);
            case "info" -> output.print(info(named(call)));
            default -> throw UserError.unknown("word after data", action, ACTIONS);
        }
    }

    private static DataSet named(Usage.Call call) {
        return DataSet.named(call.optional(1).orElseThrow(() -> new UserError("data " + call.word(0) + " needs the NAME of a data set; 'data list' shows them")));
    }

    private Table list() {
        var table = new Table("name", "MB", "is", "contents").right(1);
        for (var set : DataSet.all()) {
            table.row(set.name(), set.downloads().isEmpty() ? "-" : megabytes(set.bytes()), state(set).replaceFirst(":.*", ""), set.contents());
        }
        return table;
    }

    private void get(DataSet set, Output output) throws InterruptedException {
        output.line("licence: " + set.licence());
        if (set.downloads().isEmpty() || cache.find(set).isPresent()) {
            output.line(state(set));
            return;
        }
        output.line("there: " + cache.get(set, output::line));
    }

    private Table info(DataSet set) {
        var table = new Table();
        table.row("name", set.name());
        table.row("contents", set.contents());
        table.row("licence", set.licence());
        for (var download : set.downloads()) {
            table.row("package", download.name() + " by " + download.registry() + ", " + megabytes(download.bytes()) + " MB, SHA-256 " + download.sha256());
        }
        table.row("kept", state(set));
        return table;
    }

    private String state(DataSet set) {
        return set.downloads().isEmpty() ? Source.named(set.name()).availability() : cache.availability(set);
    }

    private static String megabytes(long bytes) {
        return Numbers.whole(Math.max(1, bytes / 1_000_000));
    }
}
