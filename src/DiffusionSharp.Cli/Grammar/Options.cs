using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using DiffusionSharp.Graphs.Execution;
using DiffusionSharp.Guidance;
using DiffusionSharp.Samplers.Catalog;

namespace DiffusionSharp.Cli.Grammar;

/// <summary>Options of the kinds that the commands share, each with its range and one clear message.</summary>
internal static class Options
{
    /// <summary>The most threads that can be asked for.</summary>
    private const int MostThreads = 1024;

    /// <summary>Steps, batches and counts beyond this are a slip of the hand.</summary>
    private const int MostOfAnything = 1_000_000_000;

    public static Option<bool> Json() => new("--json") { Description = "Write JSON, one object a line, for other programs." };

    public static Option<Precision?> Precision(string description) => Named("--precision", description, Choices.Precisions);

    public static Option<int?> Threads() => Integer("--threads", "Threads to compute with; results do not depend on it.  [default: all]", 1, MostThreads);

    /// <summary>A sampler of the catalog.</summary>
    public static Option<SamplerEntry?> Sampler(string description) => new("--sampler")
    {
        Description = description,
        HelpName = "NAME",
        CustomParser = result =>
        {
            var text = Token(result);
            if (SamplerCatalog.All.FirstOrDefault(e => e.Name == text) is { } entry) return entry;
            result.AddError($"--sampler: '{text}' is unknown; 'diffusion list samplers' names all {SamplerCatalog.All.Count}.");
            return null;
        },
    };

    public static Option<string?> Text(string name, string placeholder, string description) =>
        new(name) { Description = description, HelpName = placeholder, CustomParser = result => NotEmpty(name, result) };

    public static Option<int?> Integer(string name, string description, int least = 1, int most = MostOfAnything) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
        {
            var text = Token(result);
            if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most) return value;
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name}: a whole number from {least} to {most} is expected, '{text}' was given."));
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
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) && inRange(value)) return value;
            result.AddError($"{name}: {expected} is expected, '{text}' was given.");
            return null;
        },
    };

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

    public static Option<T?> Named<T>(string name, string description, Choice<T> choice)
        where T : struct => new(name)
        {
            Description = description,
            HelpName = string.Join('|', choice.Entries.Select(e => e.Name)),
            CustomParser = result =>
            {
                var text = Token(result);
                if (choice.TryFind(text, out var value)) return value;
                result.AddError($"{name}: '{text}' is unknown; there are {choice.Names}.");
                return null;
            },
        };

    private static string? NotEmpty(string name, ArgumentResult result)
    {
        var text = Token(result);
        if (text.Length > 0) return text;
        result.AddError($"{name}: a value is expected, an empty text was given.");
        return null;
    }

    private static string Token(ArgumentResult result) => result.Tokens.Count == 0 ? "" : result.Tokens[^1].Value;
}
