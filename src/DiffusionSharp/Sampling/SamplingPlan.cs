using DiffusionSharp.Langevin;
using DiffusionSharp.Samplers;
using DiffusionSharp.Samplers.Catalog;
using DiffusionSharp.Schedules;
using DiffusionSharp.Training.Models;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp;

/// <summary>What a request for samples comes to on a model: the one place where sampler, grid, classes and counts are decided.</summary>
/// <param name="Sampler">With its grid.</param>
/// <param name="Name">What reports call the sampler.</param>
/// <param name="Count">Samples in all.</param>
/// <param name="Batch">The most at a time.</param>
/// <param name="Labels">The class of each sample; null draws without a class.</param>
/// <param name="PerClass">Samples of each class where all are drawn; null where not.</param>
/// <param name="Guidance">Null: none.</param>
internal sealed record SamplingPlan(Sampler Sampler, string Name, int Count, int Batch, int[]? Labels, int? PerClass, GuidanceOptions? Guidance)
{
    /// <summary>The sampler of a model where none is named.</summary>
    public const string UsualSampler = "ddim";

    private const int FewSteps = 50;
    // What samplers that walk all trained levels take where time is continuous: as many as the papers train.
    private const int ContinuousSteps = 1000;

    private const string AllLevels = "ddpm";
    private const int UsualPictures = 64, UsualVectors = 2000, PicturesPerClass = 10;

    // Drawn without being asked for, or as many as there are without classes where that is more.
    private const int MostUnasked = 1000;

    /// <summary>Steps of all batches.</summary>
    public long TotalSteps => BatchedSampling.TotalSteps(Sampler, Count, Batch);

    /// <summary>Decides.</summary>
    /// <param name="model">What samples are drawn from.</param>
    /// <param name="count">How many; null: 64 pictures, 2000 vectors.</param>
    /// <param name="steps">From noise to data; null: the sampler's usual.</param>
    /// <param name="options">The rest.</param>
    /// <exception cref="OptionException">Options do not fit each other or the model.</exception>
    public static SamplingPlan Of(DiffusionModel model, int? count, int? steps, SampleOptions options)
    {
        if (count is < 1) throw new OptionException($"{{Count}}: at least 1 sample is expected, {count} was given.");
        if (options.Batch is < 1) throw new OptionException($"{{Batch}}: at least 1 sample at a time is expected, {options.Batch} was given.");
        CheckNumbers(count, options);
        var sampler = SamplerOf(model, steps, options);
        var batch = options.Batch ?? model.UsualBatch;
        var usual = model.IsPictures ? UsualPictures : UsualVectors;
        var name = options.Sampler?.Name ?? UsualSampler;
        if (model.Conditioning is not { } conditioning)
        {
            if (FirstOfClasses(options) is { } given)
                throw new OptionException($"{{{given}}}: this model was trained without classes; train one with {{Conditional}} on a source that has labels.");
            return new SamplingPlan(sampler, name, count ?? usual, batch, null, null, null);
        }

        CheckClasses(options, conditioning);
        var guidance = options.Guidance is { } weight ? new GuidanceOptions(weight, options.GuidanceRescale ?? 0, options.GuidanceInterval) : null;
        if (options.Class is not { } choice) return new SamplingPlan(sampler, name, count ?? usual, batch, null, null, null);
        if (!choice.IsAll)
        {
            var one = Enumerable.Repeat(choice.Find(conditioning), count ?? usual).ToArray();
            return new SamplingPlan(sampler, name, one.Length, batch, one, null, guidance);
        }

        var perClass = options.PerClass ?? EachClass(
            count, model.IsPictures ? PicturesPerClass : Math.Max(1, usual / conditioning.Classes), usual, conditioning.Classes);
        var labels = Enumerable.Range(0, conditioning.Classes * perClass).Select(k => k / perClass).ToArray();
        return new SamplingPlan(sampler, name, labels.Length, batch, labels, perClass, guidance);
    }

    private static void CheckNumbers(int? count, SampleOptions options)
    {
        if (options.PerClass is < 1) throw new OptionException($"{{PerClass}}: at least 1 sample of each class is expected, {options.PerClass} was given.");
        if (options.PerClass is not null && options.Class is not { IsAll: true })
            throw new OptionException("{PerClass}: it is read where all classes are drawn; take {Class} all, or say {Count}.");
        if (options.PerClass is not null && count is not null)
            throw new OptionException("{PerClass}: {Count} says how many there are in all; give one of the two.");
        if (options.Guidance is { } w && !(w >= 0 && double.IsFinite(w)))
            throw new OptionException(
                FormattableString.Invariant($"{{{nameof(options.Guidance)}}}: a finite number of at least 0 is expected, {w} was given."));
        if (options.GuidanceRescale is { } r && !(r is >= 0 and <= 1))
            throw new OptionException(FormattableString.Invariant($"{{{nameof(options.GuidanceRescale)}}}: a number from 0 to 1 is expected, {r} was given."));
        if (options.GuidanceInterval is { } i && !(i.Low >= 0 && i.High > i.Low))
        {
            var given = FormattableString.Invariant($"{i.Low} and {i.High} were given");
            throw new OptionException($"{{{nameof(options.GuidanceInterval)}}}: two noise levels σ/α with 0 ≤ low < high are expected, {given}.");
        }
    }

    // A sampler of one's own walks the noise that the model knows, or its samples mean nothing.
    private static Sampler Fitting(Sampler own, DiffusionModel model)
    {
        foreach (var t in own.Grid.Times)
        {
            if (t >= model.Schedule.CleanTime && t <= model.Schedule.NoiseTime && IsNear(model.Schedule.At(t), own.Schedule.At(t))) continue;
            var where = FormattableString.Invariant($"they differ at time {t}");
            throw new OptionException($"{{Sampler}}: {own.GetType().Name} walks another schedule than the model's: {where}; make it with model.Schedule.");
        }

        return own;
    }

    private static bool IsNear(NoiseLevel a, NoiseLevel b) =>
        Math.Abs(a.Alpha - b.Alpha) < 1e-9 && Math.Abs(a.Sigma - b.Sigma) <= 1e-9 * Math.Max(1, b.Sigma);

    private static int EachClass(int? count, int perClass, int usual, int classes)
    {
        if (count is { } asked)
        {
            var each = Math.Max(1, asked / classes);
            return asked % classes == 0
                ? each
                : throw new OptionException(
                    $"{{Count}}: with {{Class=all}} it is a multiple of the {classes} classes, {asked} was given; {each * classes} gives {each} of each.");
        }

        if (classes > Math.Max(usual, MostUnasked) / perClass)
        {
            var many = FormattableString.Invariant($"{(long)classes * perClass:#,0} samples");
            throw new OptionException(
                $"{{Class}}: all {classes} classes would be {many}; say how many with {{Count=N}}, a multiple of {classes}, or take one class.");
        }

        return perClass;
    }

    private static Sampler SamplerOf(DiffusionModel model, int? steps, SampleOptions options)
    {
        if (options.Sampler?.Own is { } own)
        {
            if (steps is not null) throw new OptionException("{Steps}: a sampler of your own brings its grid; make it with the steps that it is to take.");
            if (options.Spacing is not null)
                throw new OptionException("{Spacing}: a sampler of your own brings its grid; make it with the levels that it is to visit.");
            var set = Enum.GetValues<SamplerOption>().FirstOrDefault(o => o != SamplerOption.None && options.SamplerOptions.Given.HasFlag(o));
            if (set != SamplerOption.None)
                throw new OptionException($"{{{set}}}: a sampler of your own brings its options; set them where it is made.");
            return Fitting(own, model);
        }

        var entry = options.Sampler?.Entry ?? SamplerCatalog.Find(UsualSampler);
        foreach (var option in Enum.GetValues<SamplerOption>())
        {
            if (option == SamplerOption.None || !options.SamplerOptions.Given.HasFlag(option) || entry.Takes.HasFlag(option)) continue;
            throw new OptionException(
                $"{{{option}}} is not an option of {entry.Name}; "
                + $"it belongs to {string.Join(", ", SamplerCatalog.All.Where(e => e.Takes.HasFlag(option)).Select(e => e.Name))}.");
        }

        if (entry.NeedsDensity && model.IsTrained)
            throw new OptionException(
                $"{{Sampler}}: {entry.Name} accepts its steps by the density ln p_t(x), which a network does not know; it runs on closed forms. "
                + "Take another here.");
        var settings = options.SamplerOptions;
        VarianceRule.Check(settings.Variance, model);
        if (entry.Takes.HasFlag(SamplerOption.Variance)) settings = settings with { Variance = settings.Variance ?? VarianceRule.Learned(model) };
        if (entry.Takes.HasFlag(SamplerOption.StepSize) && !model.HasNoiseLevels && steps is null)
            throw new OptionException(
                $"{{Sampler}}: {entry.Name} walks trained levels of noise, and this model's schedule, {GridRule.NameOf(model)}, has none; "
                + "say {Steps=N} to walk N levels of it, or sample with predictor-corrector, heun or ddim.");

        // Both papers take about a thousand steps over all levels that were trained.
        var levels = model.Levels;
        var annealed = model.HasNoiseLevels && entry.Name is "ncsn" or "ncsn-v2";
        if (annealed && levels is { } walked) settings = settings with { LangevinSteps = settings.LangevinSteps ?? NcsnDesign.LangevinSteps(walked) };
        var taken = steps ?? (entry.Name == AllLevels || annealed ? levels ?? ContinuousSteps : Math.Min(FewSteps, levels ?? FewSteps));
        return entry.Create(model.Schedule, GridRule.Grid(model, options.Spacing, taken), settings);
    }

    private static void CheckClasses(SampleOptions options, ConditioningConfig conditioning)
    {
        if (options.Guidance is null && FirstOfClasses(options with { Class = null }) is { } alone)
            throw new OptionException($"{{{alone}}}: nothing is guided without {{Guidance=W}}; add it.");
        if (options.Guidance == 1 && FirstOfClasses(options with { Class = null, Guidance = null }) is { } idle)
            throw new OptionException($"{{{idle}}}: weight 1 is the model itself, without guidance; give {{Guidance}} another weight, or leave this out.");
        if (options is { Guidance: not null, Class: null })
            throw new OptionException("{Guidance}: guidance goes towards a class; add {Class=K}, or {Class=all}.");
        if (conditioning.LabelDropout != 0) return;
        if (options.Class is null)
            throw new OptionException(
                "{Class}: this model was trained with every label kept and knows nothing without a class; add {Class=K}, or {Class=all}.");
        if (options.Guidance is not (null or 1))
            throw new OptionException(
                "{Guidance}: this model was trained with every label kept and has no estimate without a class to guide away from; "
                + "train with {LabelDropout} above 0.");
    }

    // The first option about classes that was given.
    private static string? FirstOfClasses(SampleOptions options) =>
        options.Class is not null ? nameof(SampleOptions.Class)
        : options.Guidance is not null ? nameof(SampleOptions.Guidance)
        : options.GuidanceRescale is not null ? nameof(SampleOptions.GuidanceRescale)
        : options.GuidanceInterval is not null ? nameof(SampleOptions.GuidanceInterval)
        : null;
}
