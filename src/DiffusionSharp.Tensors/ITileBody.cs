namespace DiffusionSharp.Tensors;

/// <summary>The body of a parallel loop: a value type, so that the loop neither boxes nor captures.</summary>
public interface ITileBody
{
    /// <summary>Computes one tile; may run beside other tiles.</summary>
    void Run(int tile);
}
