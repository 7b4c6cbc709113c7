using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Scoring.Onnx;

/// <summary>A model that a part uses; empty until the part is built for a run.</summary>
internal sealed class ModelSlot(string id, OnnxModels? models)
{
    /// <summary>Id in the catalogue.</summary>
    public string Id => id;

    /// <summary>The model; null while the part only describes itself.</summary>
    public LoadedModel? Model { get; private set; }

    /// <summary>What computes it; null before it is loaded.</summary>
    public OnnxProvider? Provider => Model?.Session.Provider;

    /// <summary>Loads it.</summary>
    /// <exception cref="VettingException">NotFound, ModelMissing, ModelMismatch or ToolMissing.</exception>
    public void Read() =>
        Model = (models ?? throw new VettingException(FailureCode.ModelMissing, $"The model '{id}' cannot be loaded: no models folder is set up.")).Get(id);
}
