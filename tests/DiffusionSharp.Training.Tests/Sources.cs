using DiffusionSharp.Data.Formats;
using DiffusionSharp.Data.Sources;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Training.Tests;

/// <summary>Vectors whose law is known.</summary>
internal static class Sources
{
    /// <summary>Standard normal vectors.</summary>
    public static DataSource Normal(TemporaryFolder folder, int count, int dimensions)
    {
        var path = folder[$"normal-{count}.npy"];
        NpyFile.Write(path, new Rng(1).Normal([count, dimensions]).ToFloat());
        return NpySource.Open(path);
    }
}
