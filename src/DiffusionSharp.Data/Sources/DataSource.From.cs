using DiffusionSharp.Data.Sources;
using DiffusionSharp.Tensors;

namespace DiffusionSharp;

// Samples that a program already has.
public abstract partial class DataSource
{
    /// <summary>Rows of a table, such as points.</summary>
    /// <param name="rows">[N, D] finite numbers, N and D at least 1; copied.</param>
    /// <param name="name">What messages and run folders call it.</param>
    /// <exception cref="DataException">There is no row, or a value is not a finite number.</exception>
    public static DataSource From(float[,] rows, string name = "rows")
    {
        var values = new float[rows.Length];
        Buffer.BlockCopy(rows, 0, values, 0, values.Length * sizeof(float));
        return MemorySource.Of(name, [rows.GetLength(1)], rows.GetLength(0), values, null, null);
    }

    /// <summary>Samples of a tensor.</summary>
    /// <param name="samples">[N, D] rows of finite numbers, or [N, H, W, C] pictures in [−1, 1] of 1 to 4 channels; copied.</param>
    /// <param name="labels">The class of each sample, numbers from 0 without gaps; null: no classes.</param>
    /// <param name="classNames">The names of the classes by number; null: their numbers.</param>
    /// <param name="name">What messages and run folders call it.</param>
    /// <exception cref="DataException">The shape is neither, a value is out of range, or labels and names do not fit.</exception>
    public static DataSource From(Tensor samples, IReadOnlyList<int>? labels = null, IReadOnlyList<string>? classNames = null, string name = "samples")
    {
        if (samples.Shape.Rank is not (2 or 4))
            throw new DataException($"{name}: rows [N, D] or pictures [N, H, W, C] are expected, {samples.Shape} was given.");
        return MemorySource.Of(name, samples.Shape.Tail(), samples.Samples, samples.ToFloat().Values.ToArray(), labels, classNames);
    }

    /// <summary>Pictures, all of one size.</summary>
    /// <param name="pictures">At least one, all alike in height, width and channels; copied.</param>
    /// <param name="labels">The class of each picture, numbers from 0 without gaps; null: no classes.</param>
    /// <param name="classNames">The names of the classes by number; null: their numbers.</param>
    /// <param name="name">What messages and run folders call it.</param>
    /// <exception cref="DataException">There is none, they differ in size or channels, or labels and names do not fit.</exception>
    public static DataSource From(
        IReadOnlyList<Picture> pictures, IReadOnlyList<int>? labels = null, IReadOnlyList<string>? classNames = null, string name = "pictures")
    {
        if (pictures.Count == 0) throw new DataException($"{name}: at least one picture is needed.");
        var (height, width, channels) = (pictures[0].Height, pictures[0].Width, pictures[0].Channels);
        var (size, values) = (height * width * channels, new float[(long)height * width * channels * pictures.Count]);
        for (var k = 0; k < pictures.Count; k++)
        {
            var p = pictures[k];
            if ((p.Height, p.Width, p.Channels) != (height, width, channels))
            {
                var (first, own) = ($"{height}×{width}×{channels}", $"{p.Height}×{p.Width}×{p.Channels}");
                throw new DataException($"{name}: picture 0 is {first}, picture {k} is {own}; all must be alike.");
            }

            p.CopyTo(values.AsSpan(k * size, size));
        }

        return MemorySource.Of(name, [height, width, channels], pictures.Count, values, labels, classNames);
    }

    /// <summary>Rows with the name of each one's class; the classes are numbered in the ordinal order of their names.</summary>
    /// <param name="samples">At least one, all of one length D; copied.</param>
    /// <param name="name">What messages and run folders call it.</param>
    /// <exception cref="DataException">There is none, they differ in length, or a value is not a finite number.</exception>
    public static DataSource From(IEnumerable<(float[] Values, string Class)> samples, string name = "samples")
    {
        var all = samples.ToArray();
        if (all.Length == 0) throw new DataException($"{name}: at least one sample is needed.");
        var d = all[0].Values.Length;
        if (Array.FindIndex(all, s => s.Values.Length != d) is >= 0 and var odd)
            throw new DataException($"{name}: sample 0 has {d} values, sample {odd} has {all[odd].Values.Length}; all must have as many.");
        string[] names = [.. all.Select(s => s.Class).Distinct().Order(StringComparer.Ordinal)];
        int[] labels = [.. all.Select(s => Array.BinarySearch(names, s.Class, StringComparer.Ordinal))];
        return MemorySource.Of(name, [d], all.Length, [.. all.SelectMany(s => s.Values)], labels, names);
    }
}
