namespace Framevet.Pipeline.Scoring;

/// <summary>A metric whose numbers need a file from the models folder. Without it the metric can be described, but gives NaN.</summary>
public interface IModelReader
{
    /// <summary>Reads the file; called once, when the part is built for a run.</summary>
    /// <exception cref="VettingException">ModelMissing when the file is not there, ModelMismatch when its content is not as documented.</exception>
    void ReadModel();

    /// <summary>What computes the model, once it is read; null for files that are no model.</summary>
    Tools.OnnxProvider? Provider => null;
}
