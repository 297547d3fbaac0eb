namespace DiffusionSharp.Cpu.Kernels;

/// <summary>Pointers on a cache line: a vector that straddles two lines loads at half speed.</summary>
internal static unsafe class Aligned
{
    /// <summary>Floats to add to a length so that it survives <see cref="Up"/>.</summary>
    public const int Slack = 16;

    /// <summary>The next 64-byte boundary.</summary>
    public static float* Up(float* pointer) => (float*)(((nuint)pointer + 63) & ~(nuint)63);
}
