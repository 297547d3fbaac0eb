namespace DiffusionSharp.Schedules;

/// <summary>The models for which <see cref="Grids.AlignYourSteps"/> has levels.</summary>
public enum AlignedModel
{
    /// <summary>Stable Diffusion 1.5.</summary>
    StableDiffusion,

    /// <summary>Stable Diffusion XL.</summary>
    StableDiffusionXL,

    /// <summary>DeepFloyd-IF, first stage.</summary>
    DeepFloyd,

    /// <summary>Stable Video Diffusion.</summary>
    StableVideoDiffusion,
}
