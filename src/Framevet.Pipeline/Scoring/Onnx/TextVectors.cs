using Framevet.Pipeline.Models;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Scoring.Onnx;

/// <summary>Turns sentences into vectors with a text model of the catalogue and its tokenizer files.</summary>
internal sealed class TextVectors
{
    private const int UsualLength = 77;

    private readonly LoadedModel _model;
    private readonly ClipTokenizer _tokenizer;

    /// <exception cref="VettingException">ModelMismatch: the entry names no tokenizer, or its files are not sound.</exception>
    public TextVectors(LoadedModel model)
    {
        _model = model;
        _tokenizer = model.Entry.File(ModelFileRole.Vocabulary) is { } vocabulary && model.Entry.File(ModelFileRole.Merges) is { } merges
            ? ClipTokenizer.Read(model.PathOf(vocabulary), model.PathOf(merges))
            : throw new VettingException(FailureCode.ModelMismatch, $"The entry '{model.Entry.Id}' names no files for a tokenizer.");
    }

    /// <summary>The direction of a sentence.</summary>
    /// <exception cref="VettingException">ModelMismatch: the model gives none.</exception>
    public FaceEmbedding Of(string sentence)
    {
        var length = _model.Entry.Input?.Length ?? UsualLength;
        var tokens = _tokenizer.Encode(sentence, length);
        var inputs = new List<OnnxInput> { new(_model.Entry.Input?.Tensor ?? _model.Session.Inputs[0].Name, tokens, 1, length) };

        // Some exports also ask which tokens count; everything behind the first end mark is padding.
        if (_model.Session.Inputs.FirstOrDefault(p => p.Name == "attention_mask") is { } mask)
        {
            var end = Array.IndexOf(tokens, tokens[^1]);
            inputs.Add(new OnnxInput(mask.Name, tokens.Select((_, i) => i <= end ? 1L : 0L).ToArray(), 1, length));
        }

        using var run = _model.Session.Run([.. inputs]);
        return FaceEmbedding.Of(run.Values(_model.Output((_model.Entry.Head as EmbeddingHead)?.Output)))
            ?? throw new VettingException(FailureCode.ModelMismatch, $"The model '{_model.Entry.Id}' gave no vector for '{sentence}'.");
    }
}
