using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Guidance;
using DiffusionSharp.Samplers.Catalog;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Cli.Grammar;

/// <summary>Options of the kinds that the commands share, each with its range and one clear message.</summary>
internal static class Options
{
    /// <summary>The most threads that can be asked for.</summary>
    private const int MostThreads = 1024;

    /// <summary>Steps, batches and counts beyond this are a slip of the hand.</summary>
    private const int MostOfAnything = 1_000_000_000;

    /// <summary>How the command line writes an option of the library: <c>GuidanceRescale</c> is <c>--guidance-rescale</c>.</summary>
    public static string Word(string property) => "--" + Words.Kebab(property);

    public static Option<bool> Json() => Flag("--json", "Write JSON, one object a line, for other programs.");

    /// <summary>An option without a value.</summary>
    public static Option<bool> Flag(string name, string description) => new(name) { Description = description, Arity = ArgumentArity.Zero };

    public static Option<Precision?> Precision(string description) => Named("--precision", description, Choices.Precisions);

    public static Option<int?> Threads() => Integer("--threads", "Threads to compute with; results do not depend on it.  [default: all]", 1, MostThreads);

    /// <summary>A sampler of the catalog.</summary>
    public static Option<SamplerEntry?> Sampler(string description) => Completed(
        new Option<SamplerEntry?>("--sampler")
        {
            Description = description,
            HelpName = "NAME",
            CustomParser = result =>
            {
                var text = Token(result);
                if (SamplerCatalog.All.FirstOrDefault(e => Same(e.Name, text)) is { } entry) return entry;
                var there = $"'diffusion list samplers' names all {SamplerCatalog.All.Count}";
                result.AddError($"--sampler: {DidYouMean.Unknown(text, SamplerCatalog.All.Select(e => e.Name), there)}");
                return null;
            },
        },
        [.. SamplerCatalog.All.Select(e => e.Name)]);

    /// <summary>A recipe, by the name it is written with.</summary>
    public static Option<string?> Preset(string description) => Completed(
        new Option<string?>("--preset")
        {
            Description = description,
            HelpName = "NAME",
            CustomParser = result =>
            {
                var text = Token(result);
                if (Presets.All.FirstOrDefault(p => Same(p.Name, text)) is { } preset) return preset.Name;
                var names = Presets.All.Select(p => p.Name).ToArray();
                result.AddError($"--preset: {DidYouMean.Unknown(text, names, $"there are {string.Join(", ", names)}")}");
                return null;
            },
        },
        [.. Presets.All.Select(p => p.Name)]);

    /// <summary>A source of data; what is no name of a built-in one is left to the library, which knows files.</summary>
    public static Option<string?> Source(string description) => Completed(
        new Option<string?>("--data")
        {
            Description = description,
            HelpName = "SOURCE",
            CustomParser = result =>
            {
                var text = SourceName.Settle(Token(result));
                if (text.Length == 0) return NotEmpty("--data", result);
                if (SourceName.Meant(text) is not { } meant) return text;
                const string others = "'diffusion list sources' names them, and a folder or a .npy file is named by its path";
                result.AddError($"--data: there is no source '{text}'; did you mean '{meant}'? {others}");
                return text;
            },
        },
        [.. DataSource.BuiltIn.Keys]);

    public static Option<string?> Text(string name, string placeholder, string description) =>
        new(name) { Description = description, HelpName = placeholder, CustomParser = result => NotEmpty(name, result) };

    public static Option<int?> Integer(string name, string description, int least = 1, int most = MostOfAnything) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
        {
            var text = Token(result);
            var isWhole = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value);
            if (isWhole && value >= least && value <= most) return value;
            result.AddError(FormattableString.Invariant($"{name}: a whole number from {least} to {most} is expected, '{text}' was given."));
            return null;
        },
    };

    public static Option<ulong?> Seed(string description) => new("--seed")
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
        {
            var text = Token(result);
            if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)) return value;
            result.AddError($"--seed: a whole number from 0 to {ulong.MaxValue} is expected, '{text}' was given.");
            return null;
        },
    };

    /// <summary>A real number; NaN and infinities are refused with all else outside the range.</summary>
    public static Option<double?> Real(string name, string description, Func<double, bool> inRange, string expected) => new(name)
    {
        Description = description,
        HelpName = "X",
        CustomParser = result =>
        {
            var text = Token(result);
            var isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value);
            if (isNumber && inRange(value)) return value;
            result.AddError($"{name}: {expected} is expected, '{text}' was given.");
            return null;
        },
    };

    /// <summary>A real number above 0.</summary>
    public static Option<double?> PositiveReal(string name, string description) => Real(name, description, x => x > 0, "a number above 0");

    /// <summary>A part of a whole.</summary>
    public static Option<double?> Share(string name, string description) =>
        Real(name, description, x => x is >= 0 and <= 1, "a number from 0 to 1");

    /// <summary>Which weights of a model.</summary>
    public static Option<string?> Weights() => Text(
        "--weights",
        "NAME",
        "ema, the average of the weights; raw, those of the last step; or one of the run's further averages.  "
        + "[default: ema; of a model's file, those that it holds]");

    /// <summary>How much is computed at a time.</summary>
    public static Option<int?> BatchOfWork() =>
        Integer("--batch", "Samples at a time; memory grows with it, results do not depend on it.", most: 1_000_000);

    /// <summary>Two noise levels, as σ/α, the lower first.</summary>
    public static Option<GuidanceInterval?> Interval(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "LOW,HIGH",
        CustomParser = result =>
        {
            var text = Token(result);
            if (text.Split(',') is [var first, var second]
                && double.TryParse(first, NumberStyles.Float, CultureInfo.InvariantCulture, out var low)
                && double.TryParse(second, NumberStyles.Float, CultureInfo.InvariantCulture, out var high)
                && low >= 0 && high > low && double.IsFinite(high)) return new GuidanceInterval(low, high);
            result.AddError($"{name}: two noise levels σ/α LOW,HIGH with 0 ≤ LOW < HIGH are expected, '{text}' was given.");
            return null;
        },
    };

    /// <summary>One of a few values by name; the names stand at the end of the first sentence of the description.</summary>
    public static Option<T?> Named<T>(string name, string description, Choice<T> choice)
        where T : struct => Chosen<T?, T>(name, description, choice, value => value);

    /// <summary>A schedule by its name.</summary>
    public static Option<ScheduleConfig?> Schedule(string description) =>
        Chosen<ScheduleConfig?, ScheduleConfig>("--schedule", description, Choices.Schedules, schedule => schedule);

    private static Option<TGiven> Chosen<TGiven, T>(string name, string description, Choice<T> choice, Func<T, TGiven> given) => Completed(
        new Option<TGiven>(name)
        {
            Description = NamesAll(description, choice) ? description : WithNames(description, choice.Names),
            HelpName = "NAME",
            CustomParser = result =>
            {
                var text = Token(result);
                if (choice.TryFind(text, out var value)) return given(value);
                result.AddError($"{name}: {choice.Unknown(text)}");
                return default;
            },
        },
        [.. choice.Entries.Select(e => e.Name)]);

    /// <summary>A description with the names that may be given, before its default.</summary>
    public static string WithNames(string description, string names)
    {
        var end = description.IndexOf("  [default", StringComparison.Ordinal);
        var (words, usual) = end < 0 ? (description, "") : (description[..end], description[end..]);
        return $"{words.TrimEnd('.')}: {names}.{usual}";
    }

    /// <summary>Gives an option the values that a shell completes it with, in place of those of its type.</summary>
    public static TOption Completed<TOption>(TOption option, string[] values)
        where TOption : Option
    {
        option.CompletionSources.Clear();
        option.CompletionSources.Add(values);
        return option;
    }

    private static bool NamesAll<T>(string description, Choice<T> choice) =>
        choice.Entries.All(e => description.Contains(e.Name, StringComparison.Ordinal));

    private static bool Same(string name, string text) => string.Equals(name, text, StringComparison.OrdinalIgnoreCase);

    private static string? NotEmpty(string name, ArgumentResult result)
    {
        var text = Token(result);
        if (text.Length > 0) return text;
        result.AddError($"{name}: a value is expected, an empty text was given.");
        return null;
    }

    private static string Token(ArgumentResult result) => result.Tokens.Count == 0 ? "" : result.Tokens[^1].Value;
}
