using DiffusionSharp.Tensors;

namespace DiffusionSharp.Data.Sources;

/// <summary>Samples that a program gave: all of them in memory.</summary>
internal sealed class MemorySource : DataSource
{
    private readonly float[] values;
    private readonly int[] labels;

    private MemorySource(string name, Shape sample, int count, float[] values, int[] labels, IReadOnlyList<string> classNames)
        : base(name, sample, count, classNames) => (this.values, this.labels) = (values, labels);

    /// <summary>Checks samples and labels and makes a source of them.</summary>
    /// <param name="name">What messages call it.</param>
    /// <param name="sample">[D] or [H, W, C].</param>
    /// <param name="count">How many samples.</param>
    /// <param name="values">All of them, which become the source's own.</param>
    /// <param name="labels">The class of each; null: none.</param>
    /// <param name="classNames">By number; null: their numbers.</param>
    /// <exception cref="DataException">Something does not fit; the message says what.</exception>
    public static MemorySource Of(string name, Shape sample, int count, float[] values, IReadOnlyList<int>? labels, IReadOnlyList<string>? classNames)
    {
        if (count < 1 || sample.Count < 1)
            throw new DataException($"{name}: at least one sample of at least one value is needed, {count} of {sample} were given.");
        if (BuiltIn.ContainsKey(name)) throw new DataException($"{name}: this is the name of a built-in source; give your own samples another.");
        if (sample.Rank == 3 && sample[2] > 4)
            throw new DataException($"{name}: pictures have 1 to 4 channels last, [N, H, W, C]; {sample.Prepend(count)} was given.");
        for (var i = 0; i < values.Length; i++) CheckValue(name, sample, i, values[i]);
        if (labels is null)
        {
            if (classNames is null) return new MemorySource(name, sample, count, values, [], []);
            throw new DataException($"{name}: names of classes were given without labels; give the class of each sample.");
        }

        if (labels.Count != count) throw new DataException($"{name}: {labels.Count} labels were given for {count} samples; the numbers must agree.");
        var classes = classNames?.Count ?? labels.Max() + 1;
        if (classes > MostClasses) throw new DataException($"{name}: at most {MostClasses} classes are expected, {classes} were given.");
        foreach (var label in labels)
            if (label < 0 || label >= classes) throw new DataException($"{name}: label {label} was given; 0 to {classes - 1} were expected.");
        return new MemorySource(name, sample, count, values, [.. labels], classNames ?? Numbered(classes));
    }

    /// <inheritdoc/>
    protected override void Fill(int index, Span<float> destination) =>
        values.AsSpan(index * destination.Length, destination.Length).CopyTo(destination);

    /// <inheritdoc/>
    protected override int ClassOf(int index) => labels[index];

    private static void CheckValue(string name, Shape sample, int index, float value)
    {
        var pictures = sample.Rank == 3;
        if (pictures ? Math.Abs(value) <= 1 : float.IsFinite(value)) return;
        var (what, expected) = pictures && float.IsFinite(value) ? ("picture", "values in [−1, 1]") : ("sample", "finite numbers");
        var found = FormattableString.Invariant($"value {index % sample.Count} of {what} {index / sample.Count} is {value}");
        throw new DataException($"{name}: {found}; {expected} were expected.");
    }
}
