using System.Globalization;
using System.Text.Json;
using DiffusionSharp.Cli.Output;
using DiffusionSharp.Graphs;
using DiffusionSharp.Networks.Inspection;
using DiffusionSharp.Schedules;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Recipes;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Cli.Inspection;

/// <summary>A run, one of its checkpoints, or a model's file: network, schedule, and how far training came.</summary>
internal sealed class InspectedModel : Inspected
{
    private const int ScheduleRows = 9;

    private readonly string path;
    private readonly RunConfig config;
    private readonly NetworkSummary network;
    private readonly NoiseLevel[] levels;
    private readonly int? step;
    private readonly long? position;
    private readonly string? weights;
    private readonly IReadOnlyList<int> checkpoints;
    private readonly MetricsLine? metrics;
    private readonly InspectedParts more;
    private readonly DateTime date;
    private readonly Shape sample;

    private InspectedModel(string path, RunConfig config, string written, InspectedParts more)
    {
        (this.path, this.config, this.more, sample, checkpoints) = (path, config, more, config.SampleShape(), []);
        date = File.GetLastWriteTime(written);
        network = Summarize(config);
        var schedule = config.ScheduleOrDefault().Create();
        levels = [.. Enumerable.Range(0, ScheduleRows).Select(i => schedule.At(TimeOf(schedule, i)))];
    }

    private InspectedModel(string path, RunFolder run, string? checkpoint, InspectedParts more)
        : this(path, run.ReadConfig(), checkpoint is null ? run.ConfigFile : Path.Combine(checkpoint, "state.json"), more)
    {
        if (checkpoint is not null)
        {
            var state = Checkpoint.ReadState(checkpoint);
            (step, position) = (state.Step, state.Position);
        }

        checkpoints = run.CheckpointSteps();
        if (File.Exists(run.MetricsFile)) metrics = MetricsLog.Read(run.MetricsFile).LastOrDefault(l => step is null || l.Step <= step);
    }

    private InspectedModel(string path, TrainedModel model, InspectedParts more)
        : this(path, model.Config, path, more) => (step, weights) = (model.Step, model.WeightsName);

    /// <summary>A run at its newest checkpoint.</summary>
    public static InspectedModel OfRun(string path, InspectedParts more)
    {
        var run = new RunFolder(path);
        var steps = run.CheckpointSteps();
        return new InspectedModel(path, run, steps.Count == 0 ? null : run.CheckpointFolder(steps[^1]), more);
    }

    /// <summary>One checkpoint of a run.</summary>
    public static InspectedModel OfCheckpoint(string path, InspectedParts more) => new(path, new RunFolder(Path.Combine(path, "..", "..")), path, more);

    /// <summary>A model's file, read to its end.</summary>
    public static InspectedModel OfFile(string path, InspectedParts more) => new(path, SavedModel.Load(path), more);

    /// <inheritdoc/>
    public override void Write(TextWriter output)
    {
        WriteState(output);
        if (more.Schedule) WriteSchedule(output);
        if (more.Layers) WriteNetwork(output);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Key, object? Value)> Members()
    {
        using var written = JsonDocument.Parse(ConfigJson.Write(config));
        return
        [
            ("kind", "model"),
            ("path", path),
            ("sampleShape", sample.Dimensions.ToArray()),
            ("written", date.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture)),
            ("config", written.RootElement.Clone()),
            ("step", step),
            ("position", position),
            ("weights", weights),
            ("checkpoints", checkpoints),
            ("loss", metrics?.Loss),
            ("schedule", levels.Select(l => Object(("time", l.Time), ("alpha", l.Alpha), ("sigma", l.Sigma), ("logSnr", l.LogSnr)))),
            ("parameters", network.Parameters),
            ("multiplyAdds", network.Cost.MultiplyAdds),
            ("flops", network.Cost.Flops),
            ("layers", network.Layers.Select(Layer)),
        ];

        static IReadOnlyList<(string Key, object? Value)> Layer(LayerSummary layer) => Object(
            ("name", layer.Scope),
            ("operation", layer.Operation),
            ("output", layer.Output.Dimensions.ToArray()),
            ("parameters", layer.Parameters),
            ("flops", layer.Cost.Flops));
    }

    private static NetworkSummary Summarize(RunConfig config)
    {
        var blueprint = new NetworkBlueprint(config, config.SampleShape());
        return NetworkSummary.Of(blueprint.Build(new Graph(), 1, training: false));
    }

    // Discrete schedules are known at whole timesteps, the first of which is 0.
    private static double TimeOf(Schedule schedule, int row)
    {
        var fraction = (double)row / (ScheduleRows - 1);
        return schedule is DiscreteSchedule
            ? Math.Round(fraction * schedule.NoiseTime)
            : schedule.CleanTime + (fraction * (schedule.NoiseTime - schedule.CleanTime));
    }

    private static IReadOnlyList<(string Key, object? Value)> Object(params IReadOnlyList<(string, object?)> members) => members;

    private void WriteState(TextWriter output)
    {
        var table = new TextTable();
        table.Add("model", $"{path}, {Say.Sample(sample)} a sample");
        table.Add("data", config.Data);
        table.Add("recipe", $"{config.Preset}, seed {config.Seed.ToString(CultureInfo.InvariantCulture)}");
        if (config.Conditioning is { } c) table.Add("classes", $"{Say.Count(c.Classes)}{Named(c)}, labels dropped with chance {Say.Number(c.LabelDropout)}");
        table.Add("trained", step is not { } done
            ? $"no checkpoint yet, of {Say.Count(config.Steps)} steps"
            : $"{Say.Count(done)} of {Say.Count(config.Steps)} steps of {Say.Count(config.Batch)} samples");
        table.Add("written", date.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture));
        if (weights is not null) table.Add("weights", $"{weights}, one file");
        if (checkpoints.Count > 0) table.Add("kept", $"steps {string.Join(", ", checkpoints.Select(s => Say.Count(s)))}");
        if (metrics?.Loss is { } loss)
            table.Add("loss", $"{Say.Number(loss)} at step {Say.Count(metrics.Step)}, {Say.Word(config.Prediction)} prediction");
        var schedule = config.ScheduleOrDefault().Name;
        var noisiest = Say.Number(levels[^1].Sigma / levels[^1].Alpha);
        table.Add("schedule", $"{schedule}, σ/α up to {noisiest}{(more.Schedule ? "" : "; --schedule shows its levels")}");
        table.Add("network", $"{NetworkWords()}{(more.Layers ? "" : "; --layers shows its layers")}");
        table.Write(output);
    }

    private static string Named(ConditioningConfig classes) => classes.Names is { } names ? $" ({Say.Names(names)})" : "";

    private string NetworkWords()
    {
        var kind = config.UNet is null ? "MLP" : "U-Net";
        return $"{kind} of {Say.Count(network.Parameters)} parameters, {Say.Count(network.Cost.MultiplyAdds)} multiply-adds a sample";
    }

    private void WriteSchedule(TextWriter output)
    {
        output.WriteLine();
        var table = new TextTable();
        table.Add("time", "α", "σ", "ln α²/σ²");
        foreach (var level in levels) table.Add(Say.Number(level.Time), Say.Number(level.Alpha), Say.Number(level.Sigma), Say.Number(level.LogSnr));
        table.Write(output);
    }

    private void WriteNetwork(TextWriter output)
    {
        output.WriteLine();
        var table = new TextTable();
        table.Add("layer", "operation", "output", "parameters", "operations");
        foreach (var layer in network.Layers)
        {
            var name = layer.Scope.Length == 0 ? "(network)" : layer.Scope;
            table.Add(name, layer.Operation, layer.Output.ToString(), Say.Count(layer.Parameters), Say.Count(layer.Cost.Flops));
        }

        table.Write(output);
    }
}
