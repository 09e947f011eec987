package patchbay.shell;

import java.util.List;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import patchbay.tensor.Engine;

/** {@code devices}. */
@Component(service = DevicesCommand.class, property = {"osgi.command.scope=patchbay", "osgi.command.function=devices"})
public final class DevicesCommand {

    private static final Usage USAGE = Usage.words("devices", 0, 0);

    private final List<Engine> engines;

    @Activate
    public DevicesCommand(@Reference(cardinality = ReferenceCardinality.AT_LEAST_ONE) List<Engine> engines) {
        this.engines = List.copyOf(engines);
    }

    @Descriptor("lists the devices that engines can compute on, and how much of their memory is in use; --device chooses one")
    public void devices(CommandSession session, @Descriptor("") String[] words) {
        USAGE.parse(words);
        var output = Output.of(session);
        for (var engine : engines) {
            output.line(engine.description());
            engine.devices().forEach(output::line);
        }
    }
}
