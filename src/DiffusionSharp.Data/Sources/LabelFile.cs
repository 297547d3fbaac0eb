using DiffusionSharp.Data.Formats;

namespace DiffusionSharp.Data.Sources;

/// <summary>The class of each sample of an array, in a .npy file of its own: [N] whole numbers from 0.</summary>
internal static class LabelFile
{
    private static readonly HashSet<StorageType> Integers =
    [
        StorageType.U8, StorageType.I8, StorageType.U16, StorageType.I16, StorageType.U32, StorageType.I32, StorageType.U64, StorageType.I64,
    ];

    /// <summary>Reads labels.</summary>
    /// <param name="path">The file.</param>
    /// <param name="data">The data's file, for messages.</param>
    /// <param name="count">How many samples the data has.</param>
    /// <exception cref="DataException">The file is damaged, of another length, not of integers, or holds a label out of range.</exception>
    public static int[] Read(string path, string data, int count)
    {
        var header = NpyFile.ReadHeader(path);
        if (header.Shape.Rank != 1)
            throw new DataException($"{path}: its shape is {header.Shape}; labels [{count}], one for each sample of {data}, were expected.");
        if (header.Shape[0] != count)
            throw new DataException($"{path}: it holds {header.Shape[0]} labels and {data} {count} samples; the numbers must agree.");
        if (!Integers.Contains(header.Type))
            throw new DataException($"{path}: labels of type {header.Type} came; integers, the number of each sample's class from 0, were expected.");

        // Every integer that is a label is a double of the same value; one too large for a double is rounded, and refused.
        var values = NpyFile.ReadDouble(path).Values;
        var labels = new int[count];
        for (var i = 0; i < count; i++)
        {
            if (!(values[i] is >= 0 and < DataSource.MostClasses))
            {
                var found = FormattableString.Invariant($"label {i} is {values[i]}");
                throw new DataException($"{path}: {found}; 0 to {DataSource.MostClasses - 1} were expected.");
            }

            labels[i] = (int)values[i];
        }

        return labels;
    }
}
