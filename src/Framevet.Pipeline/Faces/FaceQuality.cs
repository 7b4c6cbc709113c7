using Framevet.Pipeline.Scoring;

namespace Framevet.Pipeline.Faces;

/// <summary>Which of several faces of a person shows them best.</summary>
public static class FaceQuality
{
    // A face turned away further than this shows too little to stand for somebody.
    private const float MostTurn = 75;

    /// <summary>
    /// 0 poor .. 1 best: sureness of the detector, times the face's side relative to the frame's, times how far it looks into the camera (the cosine of the turn; 1 when
    /// nobody measured it). For comparing faces of one run; the number alone means little.
    /// </summary>
    public static float Of(FaceMark face)
    {
        ArgumentNullException.ThrowIfNull(face);
        var turn = face.Pose is { } pose ? Math.Min(MostTurn, Math.Max(Math.Abs(pose.Yaw), Math.Abs(pose.Pitch))) : 0;
        return Math.Clamp(face.Score, 0, 1) * MathF.Sqrt(face.Box.Share) * MathF.Cos(turn * MathF.PI / 180);
    }
}
