using System.Globalization;
using DiffusionSharp.Cli.Output;
using DiffusionSharp.Data.Sources;

namespace DiffusionSharp.Cli.Sampling;

/// <summary>What a command says of the samples it drew.</summary>
internal static class SampleReport
{
    /// <summary>For a person: a line, and one or two more where the data's modes are known.</summary>
    public static string Text(Samples samples, string path, SampleOptions options, double seconds, ModeCoverage? coverage)
    {
        var lines = new List<string> { $"{path}: {What(samples)}{Classes(samples, options)} {How(samples)}, {Say.Duration(seconds)}" };
        if (coverage?.Larger is { } larger)
            lines.Add(FormattableString.Invariant($"{larger:P1} of the samples belong to its larger mode ({TwoModes.Weight:P1} of the data do)"));
        if (coverage is { } c)
        {
            var near = FormattableString.Invariant($"{c.Near:P1} of the samples lie within three standard deviations of a mode");
            var exact = FormattableString.Invariant($"{ModeCoverage.Exact:P1} of the data do");
            lines.Add($"{near} ({exact}); {c.Covered} of {c.Modes} modes are covered");
        }

        return string.Join(Environment.NewLine, lines);
    }

    /// <summary>For a program: one object.</summary>
    public static string Json(Samples samples, string path, SampleOptions options, double seconds, ModeCoverage? coverage) => JsonLine.Of(
        ("file", path),
        ("count", samples.Count),
        ("sampleShape", samples.SampleShape.Dimensions.ToArray()),
        ("sampler", samples.Sampler),
        ("steps", samples.Steps),
        ("networkCalls", samples.NetworkCalls),
        ("seconds", seconds),
        ("seed", samples.Seed),
        ("class", options.Class?.ToString()),
        ("labels", samples.PerClass is null ? samples.Labels?.Take(1).ToArray() : samples.Labels?.Distinct().ToArray()),
        ("guidance", samples.Labels is null ? null : samples.Guidance ?? 1),
        ("guidanceRescale", samples.Guidance is null ? null : options.GuidanceRescale ?? 0),
        ("guidanceInterval", options.GuidanceInterval is { } i ? new[] { i.Low, i.High } : null),
        ("trainedSteps", samples.TrainedSteps),
        ("nearModes", coverage?.Near),
        ("coveredModes", coverage?.Covered),
        ("modes", coverage?.Modes),
        ("largerMode", coverage?.Larger));

    private static string What(Samples samples) =>
        $"{Say.Count(samples.Count)} {(samples.Count == 1 ? "sample" : "samples")} of {Say.Sample(samples.SampleShape)}";

    private static string How(Samples samples)
    {
        var steps = $"{samples.Steps} {(samples.Steps == 1 ? "step" : "steps")}";
        var guided = samples.Guidance is { } w ? string.Create(CultureInfo.InvariantCulture, $" with guidance {w}") : "";
        var calls = $"{Say.Count(samples.NetworkCalls)} network {(samples.NetworkCalls == 1 ? "call" : "calls")}";
        return $"by {samples.Sampler} in {steps}{guided}; {calls}";
    }

    private static string Classes(Samples samples, SampleOptions options)
    {
        if (samples.ClassNames.Count == 0) return "";
        if (samples.PerClass is { } each) return $", {Say.Count(each)} of each class,";
        if (samples.Labels is not { } labels) return ", without a class,";
        var (number, name) = (Say.Count(labels[0]), samples.ClassNames[labels[0]]);
        return $", of class {(name == number ? number : $"{number} ({name})")},";
    }
}
