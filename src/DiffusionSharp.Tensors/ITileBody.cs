namespace DiffusionSharp.Tensors;

/// <summary>The body of a parallel loop: a value type, so that the loop neither boxes nor captures.</summary>
public interface ITileBody
{
    /// <summary>Computes one tile; may run beside other tiles.</summary>
    /// <param name="tile">Which of the loop's tiles, from 0.</param>
    void Run(int tile);
}
