using DiffusionSharp.Cpu.Kernels;

namespace DiffusionSharp.Bench;

/// <summary>A matrix product of a real network.</summary>
public sealed record GemmShape(string Name, int Batch, int M, int N, int K, bool TransposeA = false, bool TransposeB = false)
{
    public double Operations => 2.0 * Batch * M * N * K;

    public override string ToString() => Name;
}

/// <summary>A convolution of a real network.</summary>
public sealed record ConvShape(string Name, int Batch, int Side, int InChannels, int OutChannels, int Kernel, int Stride)
{
    private int OutSide => Side / Stride;

    internal ConvGeometry Geometry => new(Batch, Side, Side, InChannels, OutChannels, Kernel, Kernel, Stride, Kernel / 2, Kernel / 2, OutSide, OutSide);

    public double Operations => 2.0 * Batch * OutSide * OutSide * OutChannels * Kernel * Kernel * InChannels;

    public override string ToString() => Name;
}

/// <summary>The shapes of U-Net S and M and of the MLP denoiser.</summary>
public static class Workloads
{
    public static IReadOnlyList<ConvShape> Convolutions { get; } =
    [
        Conv("S in 1→32 @32", 64, 32, 1, 32),
        Conv("S 3→32 @32", 64, 32, 3, 32),
        Conv("S 32→32 @32", 64, 32, 32, 32),
        Conv("S 96→32 @32", 64, 32, 96, 32),
        Conv("S out 32→1 @32", 64, 32, 32, 1),
        Conv("S down 32→32 /2", 64, 32, 32, 32, 3, 2),
        Conv("S 32→64 @16", 64, 16, 32, 64),
        Conv("S 64→64 @16", 64, 16, 64, 64),
        Conv("S 192→64 @16", 64, 16, 192, 64),
        Conv("S 128→128 @8", 64, 8, 128, 128),
        Conv("S 256→128 @8", 64, 8, 256, 128),
        Conv("S 1×1 192→64 @16", 64, 16, 192, 64, 1),
        Conv("S 1×1 96→32 @32", 64, 32, 96, 32, 1),
        Conv("M 3→128 @32", 4, 32, 3, 128),
        Conv("M 128→128 @32", 4, 32, 128, 128),
        Conv("M 256→256 @16", 4, 16, 256, 256),
        Conv("M 512→256 @16", 4, 16, 512, 256),
        Conv("M 256→256 @8", 4, 8, 256, 256),
        Conv("M 256→256 @4", 4, 4, 256, 256),
        Conv("M 128→3 @32", 4, 32, 128, 3),
        Conv("M down 256→256 /2", 4, 16, 256, 256, 3, 2),
    ];

    public static IReadOnlyList<GemmShape> Products { get; } =
    [
        new("linear 64×64×128", 1, 64, 64, 128),
        new("linear 64×128×128", 1, 64, 128, 128),
        new("linear dW 128×64×64", 1, 128, 64, 64, TransposeA: true),
        new("linear dX 64×128×64", 1, 64, 128, 64, TransposeB: true),
        new("attention qkv", 1, 4096, 384, 128),
        new("attention qkv dX", 1, 4096, 128, 384, TransposeB: true),
        new("attention qkv dW", 1, 128, 384, 4096, TransposeA: true),
        new("attention QKᵀ 8 wide", 1024, 64, 64, 8, TransposeB: true),
        new("attention PV 8 wide", 1024, 64, 8, 64),
        new("attention dK 8 wide", 1024, 64, 8, 64, TransposeA: true),
        new("M attention QKᵀ", 4, 256, 256, 256, TransposeB: true),
        new("M attention PV", 4, 256, 256, 256),
        new("MLP 1024×256×256", 1, 1024, 256, 256),
        new("MLP dX", 1, 1024, 256, 256, TransposeB: true),
        new("MLP dW", 1, 256, 256, 1024, TransposeA: true),
        new("MLP in 1024×256×2", 1, 1024, 256, 2),
        new("MLP out 1024×2×256", 1, 1024, 2, 256),
        .. Squares(),
    ];

    private static IEnumerable<GemmShape> Squares()
    {
        foreach (var size in new[] { 256, 384, 512, 1024 })
            foreach (var (left, right) in new[] { (false, false), (false, true), (true, false), (true, true) })
                yield return new($"square {size} {(left ? 'T' : 'N')}{(right ? 'T' : 'N')}", 1, size, size, size, left, right);
    }

    private static ConvShape Conv(string name, int batch, int side, int inChannels, int outChannels, int kernel = 3, int stride = 1) =>
        new(name, batch, side, inChannels, outChannels, kernel, stride);
}
