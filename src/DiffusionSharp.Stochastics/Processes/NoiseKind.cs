namespace DiffusionSharp.Stochastics.Processes;

/// <summary>How the diffusion of a process depends on its state.</summary>
public enum NoiseKind
{
    /// <summary>g depends on time alone: Itô's and Stratonovich's readings are the same.</summary>
    Additive,

    /// <summary>g_i depends on x_i and time alone: the noise commutes, and Milstein's scheme needs no double integrals.</summary>
    Diagonal,

    /// <summary>g_i depends on more of the state than x_i; only schemes of strong order ½ apply.</summary>
    General,
}
