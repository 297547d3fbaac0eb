using System.Globalization;
using DiffusionSharp.Cli.Grammar;
using DiffusionSharp.Cli.Output;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Configuration;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Cli.Training;

/// <summary>The configuration and data of a run, put together from recipe, file, an earlier run and the command line.</summary>
/// <param name="Config">Checked.</param>
/// <param name="Source">Its data.</param>
/// <param name="Recipe">What it follows, in one line.</param>
/// <param name="Changes">Where it departs from the recipe: "key: the recipe's, this run's".</param>
internal sealed record TrainingSetup(RunConfig Config, DataSource Source, string Recipe, IReadOnlyList<string> Changes)
{
    /// <summary>Decides what to train.</summary>
    /// <exception cref="DataException">A file or a source is missing or damaged.</exception>
    /// <exception cref="UsageException">Options are missing or do not fit each other.</exception>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public static TrainingSetup From(TrainRequest request, Parallelism parallelism)
    {
        if (request is { Preset: not null, ConfigFile: not null }) throw new UsageException("--preset and --config both choose a recipe; give one of them.");
        var earlier = request.Resume ? new RunFolder(request.Out).ReadConfig() : null;
        var written = request.ConfigFile is { } file ? ConfigJson.ReadFile(file) : request.Preset is null ? earlier : null;
        var data = Kept(request.Data ?? (written ?? earlier)?.Data, earlier?.Data) ?? throw new UsageException("--data is needed: the name of a built-in source (see 'diffusion list sources'), a folder, or a .npy file.");
        var labels = Kept(LabelsOf(request, written ?? earlier, data), earlier?.Conditioning?.Labels);
        var source = DataSource.Open(data, new DataSourceOptions(Size: request.Size ?? written?.Size, Channels: request.Channels ?? written?.Channels, Labels: labels), parallelism);
        var preset = FindPreset(request, written, source);
        var conditioning = Conditioning(request, written, source, labels);
        var recipe = preset?.Build(data, source.SampleShape) is { } built ? built with { Conditioning = conditioning } : null;
        var start = written is null ? recipe! : written with { Conditioning = conditioning };

        // A run that goes on as it is keeps its warm-up; a recipe named anew takes the steps as it did when the run began.
        var config = DataLevels.Settle(request.Apply(start with { Data = data }, begun: written is not null && ReferenceEquals(written, earlier)).Validated(), source, parallelism);
        return new TrainingSetup(
            config,
            source,
            (preset is null ? $"the configuration {request.ConfigFile ?? "of the run"}" : $"{preset.Name}: {preset.Recipe}") + ConditioningRecipe(config),
            recipe is null ? [] : ConfigJson.Differences(recipe, config));
    }

    // A path is kept whole, so that a run can be resumed from any folder.
    private static string Settled(string data) => !DataSource.BuiltIn.ContainsKey(data) && Path.Exists(data) ? Path.GetFullPath(data) : data;

    // Settled; but as the run that goes on wrote it, where it says the same, so that its configuration stays its own.
    private static string? Kept(string? text, string? earlier) => text is null ? null : earlier is not null && Settled(earlier) == Settled(text) ? earlier : Settled(text);

    // The labels of a configuration belong to its data alone.
    private static string? LabelsOf(TrainRequest request, RunConfig? written, string data) =>
        request.Labels ?? (written is not null && Settled(written.Data) == Settled(data) ? written.Conditioning?.Labels : null);

    private static ConditioningConfig? Conditioning(TrainRequest request, RunConfig? written, DataSource source, string? labels)
    {
        if (!request.Conditional && written?.Conditioning is null)
        {
            if (request.LabelDropout is not null) throw new UsageException("--label-dropout: only conditional training has labels to drop; add --conditional.");
            if (request.Labels is not null) throw new UsageException("--labels: only conditional training reads labels; add --conditional.");
            return null;
        }

        if (!source.HasLabels) throw new UsageException($"{(request.Conditional ? "--conditional" : "conditioning")}: {ConditioningRules.WithoutLabels(source.Name)}");
        if (written?.Conditioning is not { } conditioning) return new ConditioningConfig(source.Classes, Names: source.ClassNames, Labels: labels);

        // A file may leave the names to the data; a run that goes on keeps what it began with.
        var named = !request.Resume && conditioning.Names is null && conditioning.Classes == source.Classes ? source.ClassNames : conditioning.Names;
        return conditioning with { Names = named, Labels = labels };
    }

    private static string ConditioningRecipe(RunConfig config) => config.Conditioning is not { } c ? "" : string.Create(
        CultureInfo.InvariantCulture,
        $" Conditional: the class is added to the time embedding and {(c.LabelDropout == 0 ? "never dropped, so that there is no guidance" : $"dropped with chance {c.LabelDropout}, for classifier-free guidance")} (Ho and Salimans 2022, arXiv:2207.12598).");

    private static Preset? FindPreset(TrainRequest request, RunConfig? written, DataSource source)
    {
        if (request.ConfigFile is not null) return null;
        var preset = request.Preset is { } name ? Presets.Find(name)
            : written is null ? Presets.Default(source.SampleShape)
            : Presets.All.FirstOrDefault(p => p.Name == written.Preset);
        if (preset is not null && preset.ForPictures != source.IsPictures)
        {
            var fitting = string.Join(", ", Presets.All.Where(p => p.ForPictures == source.IsPictures).Select(p => p.Name));
            throw new UsageException($"--preset: '{preset.Name}' is for {(preset.ForPictures ? "pictures" : "vectors")}, the source '{source.Name}' gives samples of {Say.Sample(source.SampleShape)}; choose {fitting}.");
        }

        return preset;
    }
}
