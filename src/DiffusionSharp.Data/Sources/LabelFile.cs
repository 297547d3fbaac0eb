using DiffusionSharp.Data.Formats;

namespace DiffusionSharp.Data.Sources;

/// <summary>The class of each sample of an array, in a .npy file of its own: [N] whole numbers from 0.</summary>
internal static class LabelFile
{
    /// <summary>Reads labels.</summary>
    /// <param name="path">The file.</param>
    /// <param name="data">The data's file, for messages.</param>
    /// <param name="count">How many samples the data has.</param>
    /// <exception cref="DataException">The file is damaged, of another length, not of integers, or holds a label out of range.</exception>
    public static int[] Read(string path, string data, int count)
    {
        var header = NpyFile.ReadHeader(path);
        if (header.Shape.Rank != 1) throw new DataException($"{path}: its shape is {header.Shape}; labels [{count}], one for each sample of {data}, were expected.");
        if (header.Shape[0] != count) throw new DataException($"{path}: it holds {header.Shape[0]} labels and {data} {count} samples; the numbers must agree.");
        if (header.Type is not (StorageType.U8 or StorageType.I8 or StorageType.U16 or StorageType.I16 or StorageType.U32 or StorageType.I32 or StorageType.U64 or StorageType.I64))
            throw new DataException($"{path}: labels of type {header.Type} came; integers, the number of each sample's class from 0, were expected.");

        // Every integer that is a label is a double of the same value; one too large for a double is rounded, and refused.
        var values = NpyFile.ReadDouble(path).Values;
        var labels = new int[count];
        for (var i = 0; i < count; i++)
        {
            if (!(values[i] is >= 0 and < DataSource.MostClasses)) throw new DataException(FormattableString.Invariant($"{path}: label {i} is {values[i]}; 0 to {DataSource.MostClasses - 1} were expected."));
            labels[i] = (int)values[i];
        }

        return labels;
    }
}
