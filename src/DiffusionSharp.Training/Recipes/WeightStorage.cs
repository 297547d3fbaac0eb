namespace DiffusionSharp.Training.Recipes;

/// <summary>How weights stand in the files that are sampled and handed on.</summary>
public enum WeightStorage
{
    /// <summary>IEEE binary32: as they are trained.</summary>
    Float32,

    /// <summary>IEEE binary16, half the size: 11 significant bits, largest value 65504.</summary>
    Float16,

    /// <summary>The upper half of a binary32, half the size: 8 significant bits, the range of binary32.</summary>
    Bfloat16,
}
