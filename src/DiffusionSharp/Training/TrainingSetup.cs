using System.Globalization;
using DiffusionSharp.Networks.Optimization;
using DiffusionSharp.Tensors;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp;

/// <summary>The configuration of a run, put together from data, recipe or file, an earlier run and what was asked for.</summary>
/// <param name="Config">The configuration, checked.</param>
/// <param name="Recipe">What it follows, in one line.</param>
/// <param name="Changes">Where it departs from the recipe: "key: the recipe's, this run's".</param>
internal sealed record TrainingSetup(RunConfig Config, string Recipe, IReadOnlyList<string> Changes)
{
    /// <summary>Decides what to train.</summary>
    /// <param name="source">The data; where it was opened by a text, the run keeps the text, size, channels and labels.</param>
    /// <param name="steps">Null: the recipe's.</param>
    /// <param name="options">What was asked for.</param>
    /// <param name="earlier">The run that goes on and says what is not said; null where nothing is taken from one.</param>
    /// <param name="before">The run that is in the folder; null for a new one.</param>
    /// <param name="parallelism">The threads that data is read with.</param>
    /// <exception cref="DataException">The data does not fit.</exception>
    /// <exception cref="OptionException">Options do not fit each other or the data.</exception>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public static TrainingSetup Of(DataSource source, int? steps, TrainOptions options, RunConfig? earlier, RunConfig? before, Parallelism parallelism)
    {
        CheckRanges(steps, options);
        if (options is { Preset: not null, Config: not null }) throw new OptionException("{Preset} and {Config} both choose a recipe; give one of them.");
        var written = options.Config ?? (options.Preset is null ? earlier : null);

        // The name of samples that were given is no path, whatever lies in the folder of the program.
        var data = source.Origin is { } origin ? SourceText.Kept(origin.Text, earlier?.Data)! : source.Name;
        var labels = SourceText.Kept(source.Origin?.Options.Labels, earlier?.Conditioning?.Labels);
        var preset = FindPreset(options, written, source);
        var conditioning = Conditioning(options, written, earlier is not null, source, labels);
        var recipe = preset?.Build(data, source.SampleShape) is { } built ? built with { Conditioning = conditioning } : null;
        var start = written is null ? recipe! : written with { Conditioning = conditioning };

        // A run that goes on as it is keeps its warm-up; a recipe named anew takes the steps as it did when the run began.
        var begun = written is not null && ReferenceEquals(written, earlier);
        var asked = Applied(
            start with { Data = data, From = before?.From ?? (options.From is { } from ? from.Config?.Preset ?? "a model" : null) },
            steps,
            options,
            begun,
            before) with
        {
            Size = source.Origin?.Options.Size,
            Channels = source.Origin?.Options.Channels,
        };
        var config = DataLevels.Settle(asked.Validated(), source, parallelism);
        var followed = (preset, options.Config) switch
        {
            ({ } recipeOf, _) => $"{recipeOf.Name}: {recipeOf.Recipe}",
            (_, null) => "the configuration of the run",
            _ => "the configuration given",
        };
        return new TrainingSetup(
            config,
            followed + ConditioningRecipe(config),
            recipe is null ? [] : ConfigJson.Differences(recipe, config));
    }

    private static void CheckRanges(int? steps, TrainOptions options)
    {
        if (steps is < 1) throw new OptionException($"{{Steps}}: at least 1 step is expected, {steps} was given.");
        if (options.Batch is < 1) throw new OptionException($"{{Batch}}: at least 1 sample a step is expected, {options.Batch} was given.");
        if (options.Rate is { } rate && !(rate > 0 && double.IsFinite(rate)))
            throw new OptionException(FormattableString.Invariant($"{{{nameof(options.Rate)}}}: a finite number above 0 is expected, {rate} was given."));
        if (options.EmaHalfLife is { } halfLife && !(halfLife > 0 && double.IsFinite(halfLife)))
            throw new OptionException(
                FormattableString.Invariant($"{{{nameof(options.EmaHalfLife)}}}: a finite number of steps above 0 is expected, {halfLife} was given."));
    }

    private static RunConfig Applied(RunConfig config, int? steps, TrainOptions options, bool begun, RunConfig? before)
    {
        var sized = steps is not { } n || n == config.Steps ? config : begun ? config with { Steps = n } : config.WithSteps(n);

        // A run that is lengthened keeps the warm-up that the recipe gave it at its first length.
        if (before is not null && config.WithSteps(before.Steps).WarmupSteps == before.WarmupSteps) sized = sized with { WarmupSteps = before.WarmupSteps };
        var own = new ArchitectureConfig(OwnNetwork: new OwnNetworkConfig([.. config.SampleShape().Dimensions]));
        return (options.Network is null ? sized : sized with { Architecture = own, Network = options.Network }) with
        {
            Batch = options.Batch ?? config.Batch,
            Seed = options.Seed ?? config.Seed,
            Precision = options.Precision ?? config.Precision,
            Conditioning = options.LabelDropout is { } dropout ? config.Conditioning! with { LabelDropout = dropout } : config.Conditioning,
            Prediction = options.Prediction ?? config.Prediction,

            Schedule = Asked(options.Schedule, config),
            Accumulate = options.Accumulate ?? config.Accumulate,
            Ema = options.EmaHalfLife is { } halfLife ? new EmaOptions(HalfLife: halfLife, RampUp: EmaOptions.EdmRampUp) : config.Ema,
            Storage = options.Storage ?? config.Storage,
            RateCurve = options.RateCurve ?? config.RateCurve,
            Optimizer = options.Rate is { } rate ? config.OptimizerOrDefault() with { Rate = rate } : config.Optimizer,
        };
    }

    // A kind alone that the recipe has too keeps what the recipe says of it.
    private static ScheduleConfig? Asked(ScheduleConfig? asked, RunConfig config) =>
        asked is null || (asked.Kind == config.ScheduleOrDefault().Kind && ScheduleCatalog.IsBare(asked)) ? config.Schedule : asked;

    private static ConditioningConfig? Conditioning(TrainOptions options, RunConfig? written, bool resumed, DataSource source, string? labels)
    {
        if (!options.Conditional && written?.Conditioning is null)
        {
            if (options.LabelDropout is not null) throw new OptionException("{LabelDropout}: only conditional training has labels to drop; add {Conditional}.");
            if (source.Origin?.Options.Labels is not null) throw new OptionException("{Labels}: only conditional training reads labels; add {Conditional}.");
            return null;
        }

        if (!source.HasLabels)
            throw new OptionException($"{(options.Conditional ? "{Conditional}" : "conditioning")}: {ConditioningRules.WithoutLabels(source.Name)}");
        if (written?.Conditioning is not { } conditioning) return new ConditioningConfig(source.Classes, Names: source.ClassNames, Labels: labels);

        // A file may leave the names to the data; a run that goes on keeps what it began with.
        var named = !resumed && conditioning.Names is null && conditioning.Classes == source.Classes ? source.ClassNames : conditioning.Names;
        return conditioning with { Names = named, Labels = labels };
    }

    private static string ConditioningRecipe(RunConfig config)
    {
        if (config.Conditioning is not { } c) return "";
        var dropped = c.LabelDropout == 0
            ? "never dropped, so that there is no guidance"
            : string.Create(CultureInfo.InvariantCulture, $"dropped with chance {c.LabelDropout}, for classifier-free guidance");
        return $" Conditional: the class is added to the time embedding and {dropped} (Ho and Salimans 2022, arXiv:2207.12598).";
    }

    private static Preset? FindPreset(TrainOptions options, RunConfig? written, DataSource source)
    {
        if (options.Config is not null) return null;
        var preset = options.Preset ?? (written is null ? Presets.Default(source.SampleShape) : Presets.All.FirstOrDefault(p => p.Name == written.Preset));
        if (preset is not null && preset.ForPictures != source.IsPictures)
        {
            var fitting = string.Join(", ", Presets.All.Where(p => p.ForPictures == source.IsPictures).Select(p => p.Name));
            var samples = source.IsPictures ? $"{source.SampleShape[0]}×{source.SampleShape[1]}×{source.SampleShape[2]}" : $"{source.SampleShape.Count} values";
            throw new OptionException(
                $"{{Preset}}: '{preset.Name}' is for {(preset.ForPictures ? "pictures" : "vectors")}, "
                + $"the source '{source.Name}' gives samples of {samples}; choose {fitting}.");
        }

        return preset;
    }
}
