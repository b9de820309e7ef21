#ifndef CPLATFORM_H
#define CPLATFORM_H

/* Instruction sets the processor and the operating system both support:
   0 = baseline, 3 = x86-64-v3 (AVX2, FMA, BMI), 4 = x86-64-v4 (AVX-512). */
int cplatform_isa_level(void);

/* The value of UNROLL_ISA, which may lower the level: 0, 3 or 4; -1 = unset. */
int cplatform_isa_request(void);

#endif
