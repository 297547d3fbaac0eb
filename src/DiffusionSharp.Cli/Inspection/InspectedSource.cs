using DiffusionSharp.Cli.Output;

namespace DiffusionSharp.Cli.Inspection;

/// <summary>A source of data: how many samples of what shape, and their classes.</summary>
internal sealed class InspectedSource(string name) : Inspected
{
    private readonly DataSource source = DataSource.Open(name);

    /// <inheritdoc/>
    public override void Write(TextWriter output)
    {
        output.WriteLine($"{name}: {Say.Count(source.Count)} {(source.Count == 1 ? "sample" : "samples")} of {Say.Sample(source.SampleShape)}");
        if (source.HasLabels) output.WriteLine($"{source.Classes} classes: {string.Join(", ", source.ClassNames)}");
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Key, object? Value)> Members() =>
    [
        ("kind", "source"),
        ("path", name),
        ("count", source.Count),
        ("sampleShape", source.SampleShape.Dimensions.ToArray()),
        ("classes", source.ClassNames),
    ];
}
