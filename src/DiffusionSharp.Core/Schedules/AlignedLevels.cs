namespace DiffusionSharp.Schedules;

/// <summary>The published levels of <see cref="Grids.AlignYourSteps"/>: σ/α of ten steps, where they start and where the last ends.</summary>
internal static class AlignedLevels
{
    /// <summary>The eleven σ/α of a model. Sabour et al. 2024, arXiv:2404.14507, appendix B.</summary>
    public static double[] Of(AlignedModel model) => model switch
    {
        AlignedModel.StableDiffusion => [14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029],
        AlignedModel.StableDiffusionXL => [14.615, 6.315, 3.771, 2.181, 1.342, 0.862, 0.555, 0.380, 0.234, 0.113, 0.029],
        AlignedModel.DeepFloyd => [160.41, 8.081, 3.315, 1.885, 1.207, 0.785, 0.553, 0.293, 0.186, 0.030, 0.006],
        AlignedModel.StableVideoDiffusion => [700.00, 54.5, 15.886, 7.977, 4.248, 1.789, 0.981, 0.403, 0.173, 0.034, 0.002],
        _ => throw new ArgumentOutOfRangeException(nameof(model), model, "Grids.AlignYourSteps: unknown model."),
    };
}
