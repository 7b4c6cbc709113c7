using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Scoring.Onnx.Heads;

namespace Framevet.Pipeline.Scoring.Onnx;

/// <summary>Looks for boxes in all frames of a batch.</summary>
internal static class BoxSearch
{
    /// <summary>Gives the boxes of each frame (in pixels of the input, the best first, overlapping ones dropped) with the place of the frame in the input.</summary>
    /// <exception cref="VettingException">As <see cref="LoadedModel"/>; ModelMismatch when the model gives no boxes.</exception>
    public static void Run(LoadedModel model, FrameBatch frames, int freeSide, double minScore, Action<int, List<DetectedBox>, PictureFit> found)
    {
        if (model.Entry is not { Head: BoxesHead head, Input: { } input })
        {
            throw new VettingException(FailureCode.ModelMismatch, $"The model '{model.Entry.Id}' gives no boxes.");
        }

        var reader = Boxes.Reader(head);
        var fit = PictureFit.Of(input, frames.Layout.Width, frames.Layout.Height, freeSide);
        model.Run(frames, freeSide, (run, first, count) =>
        {
            for (var i = 0; i < count; i++)
            {
                var boxes = new List<DetectedBox>();
                reader.Read(model, run, i, fit, (float)minScore, boxes);
                found(first + i, Boxes.Best(boxes, head), fit);
            }
        });
    }
}
