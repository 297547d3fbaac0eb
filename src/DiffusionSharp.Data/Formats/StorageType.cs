namespace DiffusionSharp.Data.Formats;

/// <summary>How one number stands in a file.</summary>
public enum StorageType
{
    /// <summary>One byte, zero is false.</summary>
    Bool,

    /// <summary>Unsigned, 8 bits.</summary>
    U8,

    /// <summary>Signed, 8 bits.</summary>
    I8,

    /// <summary>Unsigned, 16 bits.</summary>
    U16,

    /// <summary>Signed, 16 bits.</summary>
    I16,

    /// <summary>Unsigned, 32 bits.</summary>
    U32,

    /// <summary>Signed, 32 bits.</summary>
    I32,

    /// <summary>Unsigned, 64 bits.</summary>
    U64,

    /// <summary>Signed, 64 bits.</summary>
    I64,

    /// <summary>IEEE binary16.</summary>
    F16,

    /// <summary>The upper half of a binary32.</summary>
    BF16,

    /// <summary>IEEE binary32.</summary>
    F32,

    /// <summary>IEEE binary64.</summary>
    F64,
}
