namespace DiffusionSharp.Cpu.Kernels;

/// <summary>What a matrix product asks of a bundle of floats: to be read and written, and to sum products.</summary>
/// <remarks>The bundle is the runtime's own vector: one wrapped in a struct costs the tile a register move for every second product.</remarks>
/// <typeparam name="T">The bundle.</typeparam>
internal unsafe interface IMultiplyAdd<T>
    where T : struct
{
    /// <summary>How many floats.</summary>
    static abstract int Count { get; }

    /// <summary>The same value in every lane.</summary>
    static abstract T Of(float value);

    /// <summary>Reads <see cref="Count"/> floats; no alignment asked.</summary>
    static abstract T Load(float* address);

    /// <summary>Writes <see cref="Count"/> floats.</summary>
    static abstract void Store(float* address, T value);

    /// <summary>Reads <see cref="Count"/> floats and adds them.</summary>
    static abstract T AddTo(float* address, T value);

    /// <summary>a·b + c, rounded once where the machine has an instruction for that, and twice where it has none.</summary>
    static abstract T MultiplyAdd(T a, T b, T c);
}
