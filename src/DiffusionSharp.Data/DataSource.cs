using System.Globalization;
using DiffusionSharp.Tensors;

namespace DiffusionSharp;

/// <summary>Samples to learn from, addressed by index: a pure function of the index, safe to call from many threads.</summary>
public abstract partial class DataSource
{
    /// <summary>The most classes: a label is the row of a table, and one beyond is no label but a slip that would make the table as large.</summary>
    /// <remarks>As wide as the layers that a configuration may ask for; labels stay exact in float32.</remarks>
    public const int MostClasses = 65_536;

    /// <summary>The most bytes of pixels that a source keeps in memory: 1 GiB.</summary>
    internal const long MostKept = 1 << 30;

    /// <summary>Describes the samples.</summary>
    /// <param name="name">What messages and run folders call it.</param>
    /// <param name="sampleShape">[H, W, C] for pictures, [D] for points and rows of a table.</param>
    /// <param name="count">How many samples there are, 1 or more.</param>
    /// <param name="classNames">The names of the classes by label; empty without labels.</param>
    protected DataSource(string name, Shape sampleShape, int count, IReadOnlyList<string> classNames)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        (Name, SampleShape, Count, ClassNames) = (name, sampleShape, count, classNames);
    }

    /// <summary>What messages and run folders call it.</summary>
    public string Name { get; }

    /// <summary>[H, W, C] for pictures, [D] for points and rows of a table.</summary>
    public Shape SampleShape { get; }

    /// <summary>How many samples there are.</summary>
    public int Count { get; }

    /// <summary>The names of the classes by label; empty without labels.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>How many classes there are; 0 without labels.</summary>
    public int Classes => ClassNames.Count;

    /// <summary>Whether each sample belongs to a class.</summary>
    public bool HasLabels => Classes > 0;

    /// <summary>How it was opened, so that a run can open it again; null where its samples were given, or the class is the caller's own.</summary>
    public SourceOrigin? Origin { get; private set; }

    /// <summary>Whether the samples are pictures: [H, W, C], values in [−1, 1].</summary>
    public bool IsPictures => SampleShape.Rank == 3;

    /// <summary>Writes one sample: [−1, 1] for pictures, data units for points.</summary>
    /// <param name="index">0 to <see cref="Count"/> − 1.</param>
    /// <param name="destination">As many values as <see cref="SampleShape"/> holds.</param>
    /// <exception cref="ArgumentException">The index or the length is out of range.</exception>
    /// <exception cref="DataException">A file that is read on demand is damaged.</exception>
    public void Read(int index, Span<float> destination)
    {
        CheckIndex(index);
        var values = SampleShape.Count;
        if (destination.Length != values)
            throw new ArgumentException($"{Name}: a sample {SampleShape} has {values} values, the destination has {destination.Length}.", nameof(destination));
        Fill(index, destination);
    }

    /// <summary>Reads samples: [−1, 1] for pictures, data units for points.</summary>
    /// <param name="indices">Which, each 0 to <see cref="Count"/> − 1, at least one; one may come more than once.</param>
    /// <returns>[N, …], in the order of the indices.</returns>
    /// <exception cref="ArgumentException">An index is out of range.</exception>
    /// <exception cref="DataException">A file that is read on demand is damaged.</exception>
    public Tensor Read(IEnumerable<int> indices)
    {
        int[] which = [.. indices];
        var (size, samples) = (SampleShape.Count, new FloatTensor(SampleShape.Prepend(which.Length)));
        for (var k = 0; k < which.Length; k++) Read(which[k], samples.Values.Slice(k * size, size));
        return Tensor.From(samples);
    }

    /// <summary>The class of one sample, 0 to <see cref="Classes"/> − 1.</summary>
    /// <param name="index">0 to <see cref="Count"/> − 1.</param>
    /// <exception cref="InvalidOperationException">The source has no labels.</exception>
    public int Label(int index)
    {
        CheckIndex(index);
        return HasLabels ? ClassOf(index) : throw new InvalidOperationException($"{Name} has no labels.");
    }

    /// <summary>The names of classes that have none of their own: their numbers.</summary>
    /// <param name="count">How many.</param>
    internal static IReadOnlyList<string> Numbered(int count) => [.. Enumerable.Range(0, count).Select(c => c.ToString(CultureInfo.InvariantCulture))];

    /// <summary>Writes one sample; index and length are right.</summary>
    /// <param name="index">0 to <see cref="Count"/> − 1.</param>
    /// <param name="destination">As many values as <see cref="SampleShape"/> holds: in [−1, 1] for pictures, in data units for points.</param>
    protected abstract void Fill(int index, Span<float> destination);

    /// <summary>The class of one sample; the index is right and there are labels.</summary>
    /// <param name="index">0 to <see cref="Count"/> − 1.</param>
    /// <returns>0 to <see cref="Classes"/> − 1.</returns>
    protected abstract int ClassOf(int index);

    private void CheckIndex(int index)
    {
        if ((uint)index >= (uint)Count)
            throw new ArgumentOutOfRangeException(nameof(index), $"{Name}: sample {index} was asked for, 0 to {Count - 1} exist.");
    }
}
