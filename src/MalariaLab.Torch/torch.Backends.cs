using MalariaLab.Torch.Interop;

namespace MalariaLab.Torch;

public static partial class torch
{
    private static bool Switch(int which) => Native.mlt_get_switch(which) != 0;

    private static void Switch(int which, bool value) => Native.Check(Native.mlt_set_switch(which, value ? 1 : 0));

    /// <summary>Switches of the libraries below LibTorch; all of the process.</summary>
    public static class backends
    {
        /// <summary>cuDNN.</summary>
        public static class cudnn
        {
            /// <summary>Whether it is used at all.</summary>
            public static bool enabled { get => Switch(0); set => Switch(0, value); }
            /// <summary>Whether it times its algorithms for each new shape and takes the fastest.</summary>
            public static bool benchmark { get => Switch(1); set => Switch(1, value); }
            /// <summary>Whether it takes deterministic algorithms only.</summary>
            public static bool deterministic { get => Switch(2); set => Switch(2, value); }
            /// <summary>Whether convolutions may round their operands to TF32.</summary>
            public static bool allow_tf32 { get => Switch(3); set => Switch(3, value); }
        }

        /// <summary>CUDA.</summary>
        public static class cuda
        {
            /// <summary>Matrix products.</summary>
            public static class matmul
            {
                /// <summary>Whether they may round their operands to TF32.</summary>
                public static bool allow_tf32 { get => Switch(4); set => Switch(4, value); }
            }
        }

        /// <summary>oneDNN.</summary>
        public static class mkldnn
        {
            /// <summary>Whether it is used at all.</summary>
            public static bool enabled { get => Switch(5); set => Switch(5, value); }
        }
    }
}
