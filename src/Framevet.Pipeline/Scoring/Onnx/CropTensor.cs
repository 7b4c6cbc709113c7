using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Scoring.Onnx;

/// <summary>Cut-outs of several frames as one input, so that a model sees all faces of a batch at once.</summary>
internal static class CropTensor
{
    /// <summary>Runs a model on cut-outs (frame, crop), in pieces.</summary>
    /// <exception cref="VettingException">As <see cref="LoadedModel"/>.</exception>
    public static void Run(LoadedModel model, FrameBatch frames, IReadOnlyList<(int Frame, FaceCrop Crop)> crops, PieceReader read)
    {
        if (crops.Count == 0)
        {
            return;
        }

        var input = model.Entry.Input!;
        var shape = PictureLoader.ShapeOf(input, 1, input.Width!.Value, input.Height!.Value);
        var length = (int)(shape[1] * shape[2] * shape[3]);
        var numbers = new float[crops.Count * length];
        for (var i = 0; i < crops.Count; i++)
        {
            var frame = frames[crops[i].Frame];
            crops[i].Crop.Write(PixelPlanes.Of(in frame), input, numbers.AsSpan(i * length, length));
        }

        model.Run(numbers, crops.Count, n => [n, .. shape[1..]], read);
    }
}
